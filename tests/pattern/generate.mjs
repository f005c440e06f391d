// Writes lines ["pattern", "flags", ["text", ...], "01..."]: what JavaScript finds where. The lines
// of known.txt (patterns worth keeping) come first, then COUNT random ones.
// Usage: node generate.mjs KNOWN COUNT SEED
import { readFileSync } from "node:fs";

const [known, count, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

let state = seed >>> 0;
function random(limit) {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
}
const pick = (list) => list[random(list.length)];

const letters = ["a", "a", "a", "b", "b", "c", "1", "K", "s", "é", "\u212a", "\u017f", "🐲", " ", "\n"];
const sets = ["[ab]", "[^a]", "\\w", "\\W", "\\d", "\\s", "\\S", ".", "[^]", "[a-c]", "[^\\w]", "[\\W1]", "[^\\s\\d]"];
const edges = ["^", "$", "\\b", "\\B"];
const repeats = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0,1}", "{1,2}", "{2,}", "{0}", "{1,3}?", "{0,2}?"];
const opens = ["(", "(", "(?:", "(?:", "(?<=", "(?<=", "(?<!", "(?=", "(?!"];

function term(depth) {
  const kind = random(16);
  if (kind < 6 || (depth <= 0 && kind >= 11)) return quantified(pick(letters));
  if (kind < 8) return quantified(pick(sets));
  if (kind === 8) return pick(edges);
  if (kind < 11) return quantified(`\\${1 + random(3)}`);
  const open = pick(opens);
  const group = `${open}${choice(depth - 1)})`;
  return open === "(" || open === "(?:" ? quantified(group) : group;
}
const quantified = (text) => (random(3) === 0 ? text + pick(repeats) : text);
const sequence = (depth) => Array.from({ length: random(4) }, () => term(depth)).join("");
const choice = (depth) => Array.from({ length: 1 + (random(3) === 0) }, () => sequence(depth)).join("|");
const text = () => Array.from({ length: random(7) }, () => pick(letters)).join("");

// Tried from each character: left to itself, V8 also tries the middle of a surrogate pair, which
// ECMA-262 does not know.
function isFound(compiled, one) {
  let at = 0;
  for (const character of [...one, ""]) {
    compiled.lastIndex = at;
    if (compiled.test(one)) return 1;
    at += character.length;
  }
  return 0;
}

function write(pattern, flags, texts) {
  let compiled;
  try {
    compiled = new RegExp(pattern, `uy${flags}`);
  } catch {
    return false;
  }
  const found = texts.map((one) => isFound(compiled, one)).join("");
  process.stdout.write(`${JSON.stringify([pattern, flags, texts, found])}\n`);
  return true;
}

for (const line of readFileSync(known, "utf8").split("\n").filter(Boolean)) {
  const [pattern, flags, texts] = JSON.parse(line);
  if (!write(pattern, flags, texts)) throw new Error(`${pattern} is wrong`);
}
for (let written = 0; written < count;) {
  const pattern = choice(4);
  const flags = pick(["", "", "", "i", "m", "s", "im"]);
  // V8 does not find a reference to nothing before a surrogate pair: /\1🐲|(a)/u on "🐲".
  if (pattern.length > 80 || /\\[123][*+?{},\d]*🐲/u.test(pattern)) continue;
  written += write(pattern, flags, Array.from({ length: 8 }, text));
}
