// Times the cases of bench_schema.c with Ajv, in the same way: one line "name compile repeated".
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const Ajv = require("ajv/dist/2020").default;
const addFormats = require("ajv-formats").default;

const RUNS = 31;
const BATCH_NS = 10e6;

function compile(schema) {
    const ajv = new Ajv({ strict: false, logger: false });
    addFormats(ajv);
    return ajv.compile(schema);
}

function now() {
    return Number(process.hrtime.bigint());
}

for (const path of process.argv.slice(2)) {
    const { name, schema, documents } = JSON.parse(readFileSync(path, "utf8"));
    const all = (validate) => documents.forEach((document) => validate(document));
    const times = [];
    try {
        for (let i = 0; i < RUNS; i++) {
            const start = now();
            all(compile(schema));
            times.push(now() - start);
        }
    } catch (error) {
        console.log(`${name} - - ${error.message}`);
        continue;
    }
    times.sort((a, b) => a - b);
    const validate = compile(schema);
    // An answer that the peer stopped half way through would be no comparison.
    if (name.startsWith("form-") && !documents.every((document) => validate(document))) {
        console.log(`${name} - - ${JSON.stringify(validate.errors)}`);
        continue;
    }
    for (let i = 0; i < 5000; i++) all(validate);
    const again = [];
    for (let i = 0; i < RUNS; i++) {
        const start = now();
        let rounds = 0;
        let elapsed = 0;
        for (; elapsed < BATCH_NS; rounds += 10, elapsed = now() - start) {
            for (let j = 0; j < 10; j++) all(validate);
        }
        again.push(elapsed / rounds);
    }
    again.sort((a, b) => a - b);
    const count = documents.length;
    console.log(name, Math.round(times[RUNS >> 1] / count), Math.round(again[RUNS >> 1] / count));
}
