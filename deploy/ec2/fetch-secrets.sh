#!/bin/sh
# Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.
# Puts the secrets of Secrets Manager into files in memory. Run by sentinel.service.
set -eu
umask 077
: "${AWS_REGION:?}" "${GENERATED_SECRET:?}" "${SETTINGS_SECRET:?}"
export AWS_REGION
folder=/run/sentinel/secrets
mkdir -p "$folder"

# One member of a secret that is a JSON object; nothing where it has no such member.
member() { python3 -c 'import json,sys; sys.stdout.write(json.load(sys.stdin).get(sys.argv[1], ""))' "$1"; }
secret() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }
keep() { member "$1" > "$folder/$1"; chmod 0444 "$folder/$1"; }

generated=$(secret "$GENERATED_SECRET")
settings=$(secret "$SETTINGS_SECRET")
printf '%s' "$settings" | keep api_key
printf '%s' "$settings" | keep github_allowed_orgs
printf '%s' "$settings" | keep github_app_id
printf '%s' "$settings" | keep github_app_private_key
printf '%s' "$settings" | keep github_client_id
printf '%s' "$settings" | keep github_client_secret
printf '%s' "$generated" | keep github_webhook_secret
printf '%s' "$generated" | keep postgres_password
printf '%s' "$generated" | keep redis_password
printf '%s' "$generated" | keep sentinel_key
# Passwords of the stores and the webhooks' secret are made once, out of one random text.
for name in github_webhook_secret postgres_password redis_password sentinel_key; do
  if [ ! -s "$folder/$name" ]; then
    printf '%s' "$generated" | member seed | sed "s/\$/:$name/" | sha256sum | cut -c1-64 | tr -d '\n' > "$folder/$name"
    chmod 0444 "$folder/$name"
  fi
done
