using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Compose;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>
/// The compose file on one instance: the template, what the instance does at its first start, the unit that keeps Sentinel running, and
/// the overlay for secrets in memory, data on a volume of their own, TLS, and logs in CloudWatch.
/// </summary>
internal static class Ec2Emitter
{
    private const string Checkout = "/opt/sentinel";
    private const string Caddy = "docker.io/library/caddy:2.10.2";
    private const string LogGroup = "/sentinel/ec2";

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        yield return Ec2Template.Emit(model, UserData());
        yield return new GeneratedFile("ec2/user-data.yaml", UserData());
        yield return new GeneratedFile("ec2/docker-compose.ec2.yaml", ManifestYaml.Write(
            $"{GeneratedFile.Notice}\nLaid over ../compose/docker-compose.yaml by sentinel.service.", Overlay(model)));
        yield return new GeneratedFile("ec2/Caddyfile", Caddyfile(model));
        yield return new GeneratedFile("ec2/sentinel.service", Unit);
        yield return new GeneratedFile("ec2/fetch-secrets.sh", FetchSecrets(model), Executable: true);
        yield return new GeneratedFile("ec2/install.sh", Install(model), Executable: true);
    }

    private static JsonObject Overlay(DeploymentModel model)
    {
        var services = new JsonObject();
        foreach (var name in model.Stores.Select(s => s.Name).Concat(model.Services.Select(s => s.Name))) services[name] = new JsonObject { ["logging"] = Logging() };
        services["caddy"] = ComposeEmitter.Hardened(
            new JsonObject
            {
                ["image"] = Caddy,
                ["environment"] = new JsonObject { ["SENTINEL_HOST"] = "${SENTINEL_HOST:?set SENTINEL_HOST}" },
                ["ports"] = List("80:80", "443:443"),
                ["networks"] = List("edge"),
                ["volumes"] = List("../ec2/Caddyfile:/etc/caddy/Caddyfile:ro", "caddy-data:/data"),
                ["tmpfs"] = List("/config:size=16m", "/tmp:size=16m,mode=1777"),
                ["depends_on"] = Map(model.Services.Where(s => s.Public).Select(s => (s.Name, (JsonNode?)new JsonObject { ["condition"] = "service_healthy" }))),
                ["stop_grace_period"] = "30s",
                ["healthcheck"] = new JsonObject { ["test"] = List("CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:2019/config/"), ["interval"] = "10s", ["timeout"] = "5s", ["retries"] = 6 },
            },
            1, 256, 128, "unless-stopped").With("cap_add", List("NET_BIND_SERVICE")).With("logging", Logging());
        return new JsonObject
        {
            ["services"] = services,
            ["secrets"] = Map(model.Secrets.Select(s => (s.File, (JsonNode?)new JsonObject { ["file"] = $"/run/sentinel/secrets/{s.File}" }))),
            ["volumes"] = Map(Folders(model).Select(f => (f.Name, (JsonNode?)new JsonObject
            {
                ["driver"] = "local",
                ["driver_opts"] = new JsonObject { ["type"] = "none", ["o"] = "bind", ["device"] = $"/data/{f.Name}" },
            }))),
        };
    }

    private static JsonObject Logging() => new()
    {
        ["driver"] = "awslogs",
        ["options"] = new JsonObject { ["awslogs-group"] = LogGroup, ["awslogs-region"] = "${AWS_REGION:?set AWS_REGION}", ["tag"] = "{{.Name}}", ["mode"] = "non-blocking" },
    };

    // Folders on the data volume, and the user of the image that writes there.
    private static IEnumerable<(string Name, int Owner)> Folders(DeploymentModel model) =>
    [
        .. model.Stores.Select(s => ($"{s.Name}-data", s.Kind == StoreKind.Postgres ? ContainerImages.PostgresUserId : ContainerImages.RedisUserId)),
        .. model.Services.Where(s => s.Tools.Contains("git")).Select(s => ($"{s.Name}-cache", ContainerImages.UserId)),
        ("caddy-data", 0),
    ];

    private static string Caddyfile(DeploymentModel model)
    {
        var (api, web) = (model.Services.Single(s => s is { Public: true, Sticky: false }), model.Services.Single(s => s is { Public: true, Sticky: true }));
        return $$"""
            # {{GeneratedFile.Notice}}
            {$SENTINEL_HOST} {
            	header Strict-Transport-Security "max-age=31536000"
            	# GitHub's largest webhook is 25 MiB.
            	request_body {
            		max_size 26MiB
            	}
            	@api path /api/* /webhooks/*
            	handle @api {
            		reverse_proxy {{api.Name}}:{{api.Port}}
            	}
            	handle {
            		reverse_proxy {{web.Name}}:{{web.Port}}
            	}
            }

            """;
    }

    private static string Unit { get; } = $"""
        # {GeneratedFile.Notice}
        [Unit]
        Description=Sentinel
        Documentation=https://github.com/sentinel-devsecops/sentinel
        Requires=docker.service
        After=docker.service network-online.target
        Wants=network-online.target
        RequiresMountsFor=/data
        StartLimitIntervalSec=0

        [Service]
        EnvironmentFile=/etc/sentinel/environment
        WorkingDirectory={Checkout}/deploy/compose
        # In memory, for root alone; the containers see single files of it.
        RuntimeDirectory=sentinel
        RuntimeDirectoryMode=0700
        ExecStartPre={Checkout}/deploy/ec2/fetch-secrets.sh
        ExecStart=/usr/bin/docker compose -f docker-compose.yaml -f ../ec2/docker-compose.ec2.yaml up --no-build --remove-orphans
        ExecStop=/usr/bin/docker compose -f docker-compose.yaml -f ../ec2/docker-compose.ec2.yaml stop
        Restart=on-failure
        RestartSec=10
        TimeoutStartSec=900
        TimeoutStopSec=120

        [Install]
        WantedBy=multi-user.target

        """;

    private static string FetchSecrets(DeploymentModel model) => $$"""
        #!/bin/sh
        # {{GeneratedFile.Notice}}
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
        {{string.Join('\n', model.Secrets.Select(s => $"printf '%s' \"${(s.Generated ? "generated" : "settings")}\" | keep {s.File}"))}}
        # Passwords of the stores and the webhooks' secret are made once, out of one random text.
        for name in {{string.Join(' ', model.Secrets.Where(s => s.Generated).Select(s => s.File))}}; do
          if [ ! -s "$folder/$name" ]; then
            printf '%s' "$generated" | member seed | sed "s/\$/:$name/" | sha256sum | cut -c1-64 | tr -d '\n' > "$folder/$name"
            chmod 0444 "$folder/$name"
          fi
        done

        """;

    private static string Install(DeploymentModel model) => $$"""
        #!/bin/sh
        # {{GeneratedFile.Notice}}
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
        {{string.Join('\n', Folders(model).Select(f => string.Create(CultureInfo.InvariantCulture, $"install -d -m 0700 -o {f.Owner} -g {f.Owner} /data/{f.Name}")))}}

        install -m 0644 {{Checkout}}/deploy/ec2/sentinel.service /etc/systemd/system/sentinel.service
        systemctl daemon-reload
        # It starts itself again when its first start fails.
        systemctl enable --now sentinel.service || true

        for _ in $(seq 120); do
          if curl -fsS -o /dev/null http://127.0.0.1:{{model.Services.Single(s => s is { Public: true, Sticky: false }).Port}}/ready && curl -fsS -o /dev/null http://127.0.0.1:{{model.Services.Single(s => s is { Public: true, Sticky: true }).Port}}/ready; then
            status=SUCCESS
            break
          fi
          sleep 5
        done
        [ "$status" = SUCCESS ]

        """;

    // No secret is in here: whoever can describe the instance can read it. https://cloudinit.readthedocs.io/en/latest/reference/modules.html
    private static string UserData()
    {
        var data = new JsonObject
        {
            ["package_update"] = true,
            ["package_upgrade"] = true,
            ["packages"] = List("amazon-ecr-credential-helper", "curl", "docker-compose-v2", "docker.io", "git", "unattended-upgrades"),
            ["snap"] = new JsonObject { ["commands"] = new JsonArray((JsonNode)List("install", "aws-cli", "--classic")) },
            ["write_files"] = Items(
                new JsonObject
                {
                    ["path"] = "/etc/sentinel/environment",
                    ["permissions"] = "0644",
                    ["content"] = string.Join('\n', "AWS_REGION=${AWS::Region}", "STACK=${AWS::StackName}", "VOLUME_ID=${DataVolume}", "ADDRESS_ID=${Address.AllocationId}", "GENERATED_SECRET=${GeneratedSecret}", "SETTINGS_SECRET=${Settings}", "SENTINEL_HOST=${HostName}", "SENTINEL_REGISTRY=${Registry}", "SENTINEL_VERSION=${Version}", "DOCKER_CONFIG=/etc/sentinel/docker", "PATH=/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin") + "\n",
                },
                new JsonObject
                {
                    ["path"] = "/etc/sentinel/docker/config.json",
                    ["permissions"] = "0600",
                    ["content"] = """{"credHelpers":{"${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}":"ecr-login"}}""" + "\n",
                }),
            // The files of the revision that was asked for, and no other: a commit names its content.
            ["runcmd"] = Items(
                List("git", "init", "--quiet", Checkout),
                List("git", "-C", Checkout, "fetch", "--quiet", "--depth", "1", "${Repository}", "${Revision}"),
                List("git", "-C", Checkout, "checkout", "--quiet", "FETCH_HEAD"),
                List($"{Checkout}/deploy/ec2/install.sh")),
        };
        return $"#cloud-config\n{ManifestYaml.Write(GeneratedFile.Notice, data)}";
    }
}
