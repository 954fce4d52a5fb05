#!/bin/sh
# Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.
# Run once, at the instance's first start: the data volume, the unit, and word to CloudFormation when Sentinel answers.
set -eu
. /etc/sentinel/environment
: "${VOLUME_ID:?}" "${ADDRESS_ID:?}" "${STACK:?}" "${AWS_REGION:?}"
export AWS_REGION PATH
instance=$(cat /var/lib/cloud/data/instance-id)
status=FAILURE
trap 'aws cloudformation signal-resource --region "$AWS_REGION" --stack-name "$STACK" --logical-resource-id Group --unique-id "$instance" --status "$status"' EXIT
device="/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(echo "$VOLUME_ID" | tr -d -)"

# The instance that was here before may still be letting go of them.
for _ in $(seq 120); do
  [ ! -e "$device" ] || break
  aws ec2 attach-volume --volume-id "$VOLUME_ID" --instance-id "$instance" --device /dev/sdf >/dev/null 2>&1 || true
  sleep 5
done
for _ in $(seq 12); do
  if aws ec2 associate-address --allocation-id "$ADDRESS_ID" --instance-id "$instance" --allow-reassociation >/dev/null; then break; fi
  sleep 5
done
# Data that is there already stays.
blkid "$device" >/dev/null || mkfs.ext4 -q -L sentinel-data "$device"
mkdir -p /data
grep -q ' /data ' /etc/fstab || echo "$device /data ext4 defaults,nodev,nosuid,noexec,nofail 0 2" >> /etc/fstab
mountpoint -q /data || mount /data
install -d -m 0700 -o 999 -g 999 /data/postgres-data
install -d -m 0700 -o 999 -g 999 /data/redis-data
install -d -m 0700 -o 1654 -g 1654 /data/worker-cache
install -d -m 0700 -o 0 -g 0 /data/caddy-data

install -m 0644 /opt/sentinel/deploy/ec2/sentinel.service /etc/systemd/system/sentinel.service
systemctl daemon-reload
# It starts itself again when its first start fails.
systemctl enable --now sentinel.service || true

for _ in $(seq 120); do
  if curl -fsS -o /dev/null http://127.0.0.1:3001/ready && curl -fsS -o /dev/null http://127.0.0.1:8080/ready; then
    status=SUCCESS
    break
  fi
  sleep 5
done
[ "$status" = SUCCESS ]
