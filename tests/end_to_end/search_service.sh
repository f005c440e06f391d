#!/usr/bin/env bash
# Search, service page, languages, keys typed ahead, on three kinds of terminal, wide and narrow.
. "$(dirname "$0")/harness.sh"
server_start

for TERM_ in xterm-256color vt100 linux; do
    echo "== $TERM_"
    name=$TERM_
    # The catalogue is there from a time before.
    terminal "$name" --language fr
    sign_in "$name" marie
    online "$name"
    terminal_quit "$name"
    terminal "$name" --language fr
    wait_for "$name" "Mot de passe"

    echo "keys typed ahead through sign-in, search and page are all dealt with, in order"
    types "$name" $'marie\rguichet\r'
    keys "$name" F2
    types "$name" $'birth certificate\r'
    wait_for "$name" "Directeur de l’état civil"
    wait_for "$name" "56,00"
    wait_for "$name" "15 jours ouvrables"
    wait_for "$name" "La demande en ligne coûte"

    echo "the language switches while running, by key and by command"
    keys "$name" C-t
    wait_for "$name" "Registrar of Civil Status"
    wait_for "$name" '$56.00'
    keys "$name" C-g
    types "$name" $'language fr\r'
    wait_for "$name" "Directeur de l’état civil"

    echo "Esc goes back one step, the text is still there; Esc 1 is F1"
    keys "$name" Escape
    wait_for "$name" "birth certificate"
    wait_for "$name" "Recherche"
    keys "$name" Escape
    sleep 0.5
    wait_for "$name" "Services courants"
    keys "$name" Escape 2
    wait_for "$name" "F2 ramène : birth certificate"
    keys "$name" F2
    wait_for "$name" "acte de naissance"
    keys "$name" Escape 1
    wait_for "$name" "Touches de cet écran"
    wait_for "$name" "offert à ce moment"
    keys "$name" NPage
    wait_for "$name" ":aide"
    terminal_quit "$name"
done

echo "== a moved service leads to its successor and says so; a typo is read"
TERM_=xterm-256color
terminal m --language fr
sign_in m marie
wait_for m "Services courants"
keys m F2
types m "certifcat naissanse"
wait_for m "lu «"
wait_for m "acte de naissance"

echo "== narrow: 60 by 16"
COLUMNS_=60 ROWS_=16 terminal narrow --language en --plain
sign_in narrow marie Password
wait_for narrow "Common services"
types narrow "1"
wait_for narrow "Channel"
online narrow
screen narrow | grep -q '[─│┌]' && fail "--plain draws boxes"
mux resize-window -t "=narrow:" -x 100 -y 30
wait_for narrow "Marie Tremblay"

echo "== colours where there are some, none with NO_COLOR or --plain"
coloured() {
    mux pipe-pane -t "=$1:" -o "cat >'$WORK/$1.raw'"
    sign_in "$1" marie Password
    wait_for "$1" "Common services"
    types "$1" 1
    wait_for "$1" "Level 3"
    mux pipe-pane -t "=$1:"
    grep -qaE $'\e\\[([0-9]+;)*(3[0-7]|38;5;[0-9]+)m' "$WORK/$1.raw"
}
terminal colour --language en
coloured colour || fail "no colours"
ENV_=NO_COLOR=1 terminal grey --language en
coloured grey && fail "colours in spite of NO_COLOR"
exit 0
