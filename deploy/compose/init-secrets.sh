#!/bin/sh
# Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.
# Makes the files that docker-compose.yaml reads secrets from. Files that are there stay as they are.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 0711 secrets

# Readable by the containers' users; the folder cannot be listed.
keep() { chmod 0444 "secrets/$1"; }
generate() { [ -s "secrets/$1" ] || head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "secrets/$1"; keep "$1"; }
leave() { [ -e "secrets/$1" ] || : > "secrets/$1"; keep "$1"; }

generate github_webhook_secret # what GitHub signs webhooks with
generate postgres_password # password of postgres
generate redis_password # password of redis
generate sentinel_key # what stored secrets are encrypted under; keep it
leave api_key # Google Gemini API key; optional
leave github_allowed_orgs # organisations whose members may sign in, apart by commas; optional
leave github_app_id # ID of the GitHub App; optional
leave github_app_private_key # its private key in PEM form; optional
leave github_client_id # OAuth client ID for signing in with GitHub; optional
leave github_client_secret # its client secret; optional
echo "The secrets are in $(pwd)/secrets. Fill in the optional ones you need, then: docker compose up -d"
