using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>What several families of rules look for.</summary>
internal static partial class Shared
{
    public static CheckRule Error(string id, string demand, string reason, string source, Func<CheckedSet, IEnumerable<Breach>> find) => new(id, CheckLevel.Error, demand, reason, source, find);

    public static CheckRule Warning(string id, string demand, string reason, string source, Func<CheckedSet, IEnumerable<Breach>> find) => new(id, CheckLevel.Warning, demand, reason, source, find);

    /// <summary>Names, with spaces between them.</summary>
    public static string[] Words(string names) => names.Split(' ');

    /// <summary>Whether a variable of this name holds a secret. A path to one is none.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>Whether a value stands there as it is, and not as a reference to something else.</summary>
    public static bool IsLiteral(string? value) => !string.IsNullOrWhiteSpace(value) && !Placeholder().IsMatch(value);

    /// <summary>A text that is a secret wherever it stands: a known token, a private key, an address with a password.</summary>
    public static bool IsSecretText(string value) => SecretText().IsMatch(value);

    /// <summary>An image without a tag and digest, or with one that moves.</summary>
    public static bool IsMoving(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal)) return false;
        var last = image[(image.LastIndexOf('/') + 1)..];
        return !last.Contains(':', StringComparison.Ordinal) ? !Placeholder().IsMatch(last) : MovingTag().IsMatch(last[(last.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    public static bool IsPostgres(string? image) => image is not null && PostgresImage().IsMatch(image);

    public static bool IsRedis(string? image) => image is not null && RedisImage().IsMatch(image);

    /// <summary>Every pair of a name and its value that environments of any target have.</summary>
    public static IEnumerable<(CheckedFile File, JsonNode Node, string Name, string? Value)> Variables(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose))
            foreach (var (_, service) in root["services"].Members())
                foreach (var (name, value) in service.At("environment").Pairs()) yield return (file, service.At("environment")!, name, value);
        foreach (var (file, pod, _) in Pods.Of(set))
            foreach (var container in Pods.Containers(pod))
                foreach (var variable in container.At("env").Each()) yield return (file, variable, variable.At("name").Text() ?? "", variable.At("value").Text());
        foreach (var (file, root) in set.Of(FileKind.Render))
            foreach (var variable in root["services"].Each().Concat(root["envVarGroups"].Each()).SelectMany(s => s.At("envVars").Each())) yield return (file, variable, variable.At("key").Text() ?? "", variable.At("value").Text());
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (_, container) in AwsRules.ContainersOf(root))
                foreach (var variable in container.At("Environment").Each()) yield return (file, variable, variable.At("Name").Text() ?? "", variable.At("Value").Text() ?? (variable.At("Value", "Ref").Text() is { } parameter ? $"!{parameter}" : null));
        foreach (var (file, root) in set.Of(FileKind.AspireManifest))
            foreach (var (_, resource) in root["resources"].Members())
                foreach (var (name, value) in resource.At("env").Pairs()) yield return (file, resource.At("env")!, name, value);
    }

    /// <summary>Every image that something runs.</summary>
    public static IEnumerable<(CheckedFile File, JsonNode Node, string Image)> Images(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose))
            foreach (var (_, service) in root["services"].Members())
                if (service.At("image") is { } image) yield return (file, image, image.Text() ?? "");
        foreach (var (file, pod, _) in Pods.Of(set))
            foreach (var container in Pods.Containers(pod))
                if (container.At("image") is { } image) yield return (file, image, image.Text() ?? "");
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (_, container) in AwsRules.ContainersOf(root))
                if ((container.At("Image") ?? container) is var image && (image.Text() ?? image.At("Fn::Sub").Text()) is { } text) yield return (file, image, text);
        foreach (var (file, root) in set.Of(FileKind.AspireManifest))
            foreach (var (_, resource) in root["resources"].Members())
                if (resource.At("image") is { } image) yield return (file, image, image.Text() ?? "");
    }

    [GeneratedRegex(@"(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\$\{|\$\(|\{\{|^\{[^}]*\}$|\{[a-z0-9-]+\.[A-Za-z.]+\}|^!")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^\s/:@{$]*:[^\s/@{$\[<]+@|\b[Pp]assword=[^;,\s{$'""]+")]
    private static partial Regex SecretText();

    [GeneratedRegex(@"^(latest|nightly|edge|main|master|stable|dev)$|[-.](latest|nightly)$", RegexOptions.IgnoreCase)]
    private static partial Regex MovingTag();

    [GeneratedRegex(@"(^|/)(postgres|postgresql|pgvector)(:|@|$)")]
    private static partial Regex PostgresImage();

    [GeneratedRegex(@"(^|/)(redis|valkey|keydb|garnet)(-stack)?(:|@|$)")]
    private static partial Regex RedisImage();
}
