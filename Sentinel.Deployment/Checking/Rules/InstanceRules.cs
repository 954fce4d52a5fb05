using System.Text.Json.Nodes;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>E: machines of one's own on EC2.</summary>
internal static class InstanceRules
{
    private const string ControlTower = "https://docs.aws.amazon.com/controltower/latest/controlreference/ec2-rules.html";

    public static IEnumerable<CheckRule> All =>
    [
        Error("E1", "Instances ask for their metadata with a token, over one hop, have encrypted disks, and nobody signs in over the network.", "A server that fetches an address of a stranger hands its credentials out.", ControlTower, Instances),
        Error("E2", "What an instance is told at its start holds no secret.", "Whoever may describe the instance reads it.", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html", s => Templates(s).SelectMany(t => t.Data.At("UserData").Leaves().Where(l => IsSecretText(l.ToString()) || l.ToString().Split('\n').Any(line => line.Split('=', 2) is [var name, var value] && IsSecretName(name.Trim()) && !value.StartsWith("${", StringComparison.Ordinal) && value.Trim().Length > 0)).Select(l => Breach.At(t.File, l, $"{t.Id}: a secret stands in its user data")))),
        Error("E4", "What runs Sentinel on a machine starts it again, and leaves it time to stop.", "A crash, or a reboot, is an outage.", "https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html", s => s.TextsOf(FileKind.SystemdUnit).Where(f => f.Text.Contains("ExecStart=", StringComparison.Ordinal)).SelectMany(f => new[] { ("Restart=on-failure", "Restart=always"), ("WantedBy=", "WantedBy="), ("TimeoutStopSec=", "TimeoutStopSec=") }.Where(w => !f.Text.Contains(w.Item1, StringComparison.Ordinal) && !f.Text.Contains(w.Item2, StringComparison.Ordinal)).Select(w => new Breach(f, 1, $"it has no {w.Item1}")))),
        Error("E5", "Data is on an encrypted volume of its own that is kept, and snapshots of it are made.", "It is gone with the instance.", "https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html", Volumes),
    ];

    private static IEnumerable<(CheckedFile File, JsonObject Root, string Id, JsonNode Data)> Templates(CheckedSet set) =>
        set.Of(FileKind.CloudFormation).SelectMany(f => AwsRules.Of(f.Root, "AWS::EC2::LaunchTemplate").Select(t => (f.File, f.Root, t.Id, t.Properties.At("LaunchTemplateData") ?? t.Properties)));

    private static IEnumerable<Breach> Instances(CheckedSet set)
    {
        foreach (var (file, _, id, data) in Templates(set))
        {
            if (data.At("MetadataOptions", "HttpTokens").Text() != "required" || data.At("MetadataOptions", "HttpPutResponseHopLimit").Number() is not 1) yield return Breach.At(file, data.At("MetadataOptions") ?? data, $"{id}: its metadata is given without a token, or over more than one hop");
            foreach (var disk in data.At("BlockDeviceMappings").Each().Where(d => d.At("Ebs") is not null && !d.At("Ebs", "Encrypted").IsTrue())) yield return Breach.At(file, disk, $"{id}: the disk {disk.At("DeviceName").Text()} is not encrypted");
            if (data.At("KeyName") is { } key) yield return Breach.At(file, key, $"{id}: somebody may sign in with a key; Session Manager needs none");
        }
    }

    private static IEnumerable<Breach> Volumes(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
        {
            var volumes = AwsRules.Of(root, "AWS::EC2::Volume").ToArray();
            foreach (var (id, volume) in volumes.Where(v => !v.Properties.At("Encrypted").IsTrue() || root.At("Resources", v.Id, "DeletionPolicy").Text() is not ("Snapshot" or "Retain"))) yield return Breach.At(file, volume, $"{id}: it is not encrypted, or not kept");
            if (volumes.Length > 0 && !AwsRules.Of(root, "AWS::DLM::LifecyclePolicy").Any() && !AwsRules.Of(root, "AWS::Backup::BackupPlan").Any()) yield return Breach.At(file, volumes[0].Properties, $"{volumes[0].Id}: nothing makes snapshots of it");
        }
    }
}
