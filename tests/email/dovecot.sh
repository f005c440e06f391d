# Sourced by the tests of mail: a real Dovecot on loopback, as the user who runs the test or, for
# root, as Dovecot's own users, all in one folder.
#
#   dovecot_start FOLDER   starts it on a free port, $IMAP_PORT; user "bureau", password "sésame-42".
#                          With $IMAP_CERTIFICATE and $IMAP_KEY (PEM) it speaks TLS alone
#                          With $IMAP_JWT_SECRET it also takes bearer tokens that are signed
#                          with it (HS256, the user as "sub")
#   dovecot_stop           ends it
#   deliver FILE           puts a message into the inbox, as a mail server would
#   mailbox_make NAME      makes another mailbox
#   inbox_count            how many messages the inbox holds
#   folder_count NAME      how many messages another mailbox holds

IMAP_PASSWORD=sésame-42
DOVECOT_PROGRAM=$(PATH=$PATH:/usr/sbin command -v dovecot) ||
    { echo "dovecot is not installed: skipped"; exit 77; }

# A port that nobody listens on.
free_port() {
    local port
    for _ in $(seq 100); do
        port=$((20000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

dovecot_write() {
    local internal login mail
    if [ "$(id -u)" = 0 ]; then
        internal=dovecot login=dovenull mail=$(id -u nobody):$(id -g nobody)
        chown "$mail" "$DOVECOT/mail"
    else
        internal=$(id -un) login=$(id -un) mail=$(id -u):$(id -g)
    fi
    local tls="ssl = no" plain_port=$IMAP_PORT tls_port=0
    if [ -n "${IMAP_CERTIFICATE:-}" ]; then
        tls="ssl = required
ssl_cert = <$IMAP_CERTIFICATE
ssl_key = <$IMAP_KEY"
        plain_port=0 tls_port=$IMAP_PORT
    fi
    local mechanisms="plain login" tokens=
    if [ -n "${IMAP_JWT_SECRET:-}" ]; then
        mechanisms="plain login oauthbearer xoauth2"
        tokens="passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $DOVECOT/oauth2.conf
}"
        mkdir -p "$DOVECOT/keys/default/HS256"
        printf '%s' "$IMAP_JWT_SECRET" | openssl base64 -A >"$DOVECOT/keys/default/HS256/default"
        cat >"$DOVECOT/oauth2.conf" <<CONF
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=$DOVECOT/keys/
username_attribute = sub
CONF
        chmod -R a+rX "$DOVECOT/keys" "$DOVECOT/oauth2.conf"
    fi
    cat >"$DOVECOT/dovecot.conf" <<CONF
protocols = imap
listen = 127.0.0.1
base_dir = $DOVECOT/run
state_dir = $DOVECOT/run
log_path = $DOVECOT/log
$tls
disable_plaintext_auth = no
default_internal_user = $internal
default_internal_group = $(id -gn "$internal")
default_login_user = $login
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:$DOVECOT/mail/%u
auth_mechanisms = $mechanisms
$tokens
passdb {
  driver = passwd-file
  args = scheme=PLAIN $DOVECOT/users
}
userdb {
  driver = static
  args = uid=${mail%:*} gid=${mail#*:} home=$DOVECOT/mail/%u
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${plain_port}
  }
  inet_listener imaps {
    port = ${tls_port}
  }
}
CONF
    printf 'bureau:{PLAIN}%s::::::\n' "$IMAP_PASSWORD" >"$DOVECOT/users"
    chmod 644 "$DOVECOT/users" "$DOVECOT/dovecot.conf"
}

dovecot_start() {
    DOVECOT=$1
    mkdir -p "$DOVECOT/run" "$DOVECOT/mail"
    chmod 755 "$DOVECOT" "$DOVECOT/run" "$DOVECOT/mail"
    : >"$DOVECOT/log"
    for _ in 1 2 3; do
        : "${IMAP_PORT:=$(free_port)}"
        dovecot_write
        "$DOVECOT_PROGRAM" -F -c "$DOVECOT/dovecot.conf" >"$DOVECOT/out" 2>&1 &
        DOVECOT_PID=$!
        for _ in $(seq 200); do
            (exec 3<>"/dev/tcp/127.0.0.1/$IMAP_PORT") 2>/dev/null && return
            kill -0 "$DOVECOT_PID" 2>/dev/null || break
            sleep 0.05
        done
        IMAP_PORT=
    done
    cat "$DOVECOT/out" "$DOVECOT/log"
    fail "dovecot does not start"
}

dovecot_stop() {
    [ -z "${DOVECOT_PID:-}" ] && return
    kill -TERM "$DOVECOT_PID"
    wait "$DOVECOT_PID"
    DOVECOT_PID=
} 2>/dev/null

maildir_make() {
    mkdir -p "$1/tmp" "$1/new" "$1/cur"
    [ "$(id -u)" != 0 ] || chown nobody "$1" "$1/tmp" "$1/new" "$1/cur"
}

mailbox_make() {
    maildir_make "$DOVECOT/mail/bureau"
    maildir_make "$DOVECOT/mail/bureau/.$1"
    : >"$DOVECOT/mail/bureau/.$1/maildirfolder"
}

DELIVERED=0
deliver() {
    local name
    DELIVERED=$((DELIVERED + 1))
    name=$(printf '%010d.%05d.test' "$((1700000000 + DELIVERED))" "$DELIVERED")
    maildir_make "$DOVECOT/mail/bureau"
    cp "$1" "$DOVECOT/mail/bureau/tmp/$name"
    [ "$(id -u)" != 0 ] || chown nobody "$DOVECOT/mail/bureau/tmp/$name"
    mv "$DOVECOT/mail/bureau/tmp/$name" "$DOVECOT/mail/bureau/new/$name"
}

inbox_count() {
    find "$DOVECOT/mail/bureau/new" "$DOVECOT/mail/bureau/cur" -type f | wc -l
}

folder_count() {
    find "$DOVECOT/mail/bureau/.$1/new" "$DOVECOT/mail/bureau/.$1/cur" -type f 2>/dev/null | wc -l
}
