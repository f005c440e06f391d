# Turns app/search_words.txt into lines "S word", "W word" and "M typed<TAB>wanted<TAB>same", to be sorted;
# with -v pass=2 turns the sorted lines into C. The rules of folding and of search_stem
# (app/search_fold.c) stand here a second time; tests/unit/test_search_words.c compares them.

function fold(text)
{
    gsub(/à|â|ä|À|Â/, "a", text)
    gsub(/é|è|ê|ë|É|È|Ê/, "e", text)
    gsub(/î|ï|Î/, "i", text)
    gsub(/ô|ö|Ô/, "o", text)
    gsub(/ù|û|ü/, "u", text)
    gsub(/ç|Ç/, "c", text)
    gsub(/œ/, "oe", text)
    gsub(/’|['\-.\/]/, " ", text)
    text = tolower(text)
    gsub(/[ \t]+/, " ", text)
    sub(/^ /, "", text)
    sub(/ $/, "", text)
    return text
}

function stem(word)
{
    if (length(word) < 4 || word ~ /[0-9]/)
        return word
    if (length(word) >= 5 && word ~ /eaux$/)
        word = substr(word, 1, length(word) - 1)
    else if (length(word) >= 5 && word ~ /aux$/)
        word = substr(word, 1, length(word) - 2) "l"
    else if (word ~ /[^s]s$/)
        word = substr(word, 1, length(word) - 1)
    if (length(word) >= 5)
        sub(/e$/, "", word)
    if (length(word) >= 5)
        sub(/e$/, "", word)
    if (length(word) >= 4)
        sub(/y$/, "i", word)
    return word
}

# The phrase as it is looked for: stems, without stop words unless nothing else is left.
function typed(phrase,    words, count, i, out, all)
{
    count = split(phrase, words, " ")
    for (i = 1; i <= count; i++) {
        all = all (i > 1 ? " " : "") stem(words[i])
        if (!(words[i] in stop))
            out = out (out == "" ? "" : " ") stem(words[i])
    }
    return out == "" ? all : out
}

function pairs(from, from_count, to, to_count, same,    i, j)
{
    for (i = 1; i <= from_count; i++)
        for (j = 1; j <= to_count; j++)
            if (fold(from[i]) != fold(to[j]))
                print "M " typed(fold(from[i])) "\t" fold(to[j]) "\t" same
}

pass == 2 {
    kind = substr($0, 1, 1)
    if (kind != last) {
        if (last != "")
            print "};\n"
        if (kind == "M")
            print "static const struct meaning meanings[] = {"
        else
            print "static const char *const " (kind == "S" ? "stop" : "weak") "_words[] = {"
        last = kind
    }
    text = substr($0, 3)
    if (kind == "M") {
        split(text, part, "\t")
        print "    {\"" part[1] "\", \"" part[2] "\", " part[3] "},"
    } else
        print "    \"" text "\","
    next
}

/^#/ || /^[ \t]*$/ { next }
/^\[/ { section = $0; next }
section == "[stop]" || section == "[weak]" {
    count = split(fold($0), words, " ")
    for (i = 1; i <= count; i++) {
        if (section == "[stop]")
            stop[words[i]] = 1
        print (section == "[stop]" ? "S " : "W ") words[i]
    }
    next
}
section == "[meanings]" && />/ {
    split($0, side, ">")
    left_count = split(side[1], left, ",")
    right_count = split(side[2], right, ",")
    pairs(left, left_count, right, right_count, "false")
    next
}
section == "[meanings]" {
    count = split($0, words, "=")
    pairs(words, count, words, count, "true")
    next
}
{ print FILENAME ":" FNR ": no section" > "/dev/stderr"; exit 1 }

END {
    if (pass == 2 && last != "")
        print "};"
}
