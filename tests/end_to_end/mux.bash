# Sourced by the harness: how the tests speak to tmux. Where a process is dear, one for each look at a
# screen would be most of what a test computes; so a shell that looks often has one client that stays,
# and waits without `sleep`.
#
#   mux COMMAND [ARGUMENT...]  asks by a client of its own, and prints the answer
#   mux_open                   this shell has a client that stays; those in the background have none
#   mux_ask COMMAND [ARGUMENT...]
#                              asks by the client that stays, where this shell has one; the answer's
#                              lines are in $SAID
#   see NAME                   what is on its screen, in $SEEN
#   sleep SECONDS              as the program of this name, within this shell

mux() {
    tmux -L "$SOCKET" -f /dev/null "$@"
}

# An end that nobody writes to.
mkfifo "$WORK/.never"
exec {NEVER}<>"$WORK/.never"

sleep() {
    read -r -t "$1" -u "$NEVER" || :
}

MUX_OWNER=
mux_open() {
    mkfifo "$WORK/.mux.ask" "$WORK/.mux.told"
    exec tmux -L "$SOCKET" -C attach-session -t =hold -f no-output,ignore-size \
        <"$WORK/.mux.ask" >"$WORK/.mux.told" 2>&1 &
    disown $!
    exec {MUX_ASK}>"$WORK/.mux.ask" {MUX_TOLD}<"$WORK/.mux.told"
    MUX_OWNER=$BASHPID
}

# An answer stands between "%begin TIME NUMBER 1" and "%end" or "%error" with the same words; 0 is last
# for what was not asked here. What happens meanwhile is told outside of answers.
mux_answer() {
    local line mark=
    SAID=
    while IFS= read -r -u "$MUX_TOLD" line; do
        if [ -z "$mark" ]; then
            case $line in "%begin "*" 1") mark=${line#%begin } ;; esac
            continue
        fi
        case $line in
        "%end $mark") return 0 ;;
        "%error $mark")
            printf 'tmux: %s' "$SAID" >&2
            return 1
            ;;
        *) SAID+=$line$'\n' ;;
        esac
    done
    return 1
}

mux_ask() {
    local line= word
    case $MUX_OWNER,$* in
    "$BASHPID",*$'\n'*) ;; # a line is a command
    "$BASHPID",*)
        for word; do line+=" '${word//\'/\'\"\'\"\'}'"; done
        printf '%s\n' "$line" >&"$MUX_ASK"
        mux_answer
        return
        ;;
    esac
    SAID=$(mux "$@")$'\n'
}

see() {
    local SAID
    SEEN=
    mux_ask capture-pane -p -t "=$1:" 2>/dev/null && SEEN=$SAID
}
