# Adds up the last lines of several runs of the simulator: awk -f sum.awk RUN...
/^sim: [0-9]+ seeds/ {
    for (i = 1; i <= NF; i++) {
        word[i] = $i
        if (match($i, /[0-9]+(\.[0-9]+)?/)) {
            number[i] += substr($i, RSTART, RLENGTH)
            before[i] = substr($i, 1, RSTART - 1)
            after[i] = substr($i, RSTART + RLENGTH)
            counts[i] = 1
        }
    }
    fields = NF
}
/^seed [0-9]+ step/ { print }
END {
    for (i = 1; i <= fields; i++) {
        text = word[i]
        if (counts[i])
            text = before[i] (number[i] == int(number[i]) ? sprintf("%d", number[i]) : sprintf("%.1f", number[i])) after[i]
        printf "%s%s", text, i < fields ? " " : "\n"
    }
}
