#!/bin/sh
# Makes what compose.yaml needs and nobody else may have: two tokens, a password, and a self-signed certificate for the
# names in the arguments (besides `engine` and `localhost`). Run it once; it overwrites nothing.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
for name in operate-token view-token grafana-password; do
  [ -e "secrets/$name" ] || openssl rand -hex 32 > "secrets/$name"
done
names=DNS:engine,DNS:localhost,IP:127.0.0.1
for name in "$@"; do names="$names,DNS:$name"; done
[ -e secrets/tls-key.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \
  -subj /CN=engine -addext "subjectAltName=$names" -keyout secrets/tls-key.pem -out secrets/tls-cert.pem
# Compose mounts these files as they are: the containers' users must be able to read them.
chmod 0444 secrets/operate-token secrets/view-token secrets/grafana-password secrets/tls-key.pem secrets/tls-cert.pem
chmod 0711 secrets
echo "made deploy/secrets; sign in with the token in deploy/secrets/operate-token"
