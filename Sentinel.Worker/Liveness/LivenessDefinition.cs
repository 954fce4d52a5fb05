using Sentinel.Contracts.Liveness;

namespace Sentinel.Worker.Liveness;

/// <summary>How to ask one provider whether a secret works: a read-only request, and what its answers mean.</summary>
internal sealed record LivenessDefinition
{
    /// <summary>Placeholder of the value in headers, credentials and form fields; never in the address.</summary>
    public const string Secret = "{secret}";

    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The vendor's page.</summary>
    public required string Docs { get; init; }

    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>GET or POST.</summary>
    public required string Method { get; init; }

    /// <summary>Null where every user has a server of their own: then the operator configures its address.</summary>
    public string? Host { get; init; }

    /// <summary>Path with query.</summary>
    public required string Path { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>User and password of HTTP's basic scheme; null when that is not used.</summary>
    public BasicCredential? Basic { get; init; }

    /// <summary>A JSON text without the secret; null for no body.</summary>
    public string? Body { get; init; }

    /// <summary>Names of what must stand beside the secret, as the rules name their parts.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Name of a signature that headers cannot express (<c>aws-sts</c>); null for none.</summary>
    public string? Sign { get; init; }

    /// <summary>The first that fits counts; none fitting proves nothing.</summary>
    public required IReadOnlyList<AnswerRule> Answers { get; init; }

    /// <summary>What is sent, for people.</summary>
    public string Describe(string host)
    {
        var lines = new List<string> { $"{Method} https://{host}{Path}" };
        if (Sign is not null) lines.Add("Authorization: signed with the secret (AWS Signature Version 4); the secret itself is not sent");
        if (Basic is { } basic) lines.Add($"Authorization: Basic {basic.User}:{basic.Password}");
        lines.AddRange(Headers.Select(h => $"{h.Key}: {h.Value}"));
        if (Body is not null) lines.Add($"\n{Body}");
        return string.Join('\n', lines);
    }
}

/// <summary>User and password, either of which may hold a placeholder.</summary>
internal sealed record BasicCredential(string User, string Password);

/// <summary>What an answer means.</summary>
/// <param name="Json">By dotted path: texts of which one must stand there; <c>*</c> fits anything but null.</param>
/// <param name="Text">Must stand in the body; null for no such condition.</param>
/// <param name="AfterLive">
/// Counts only for a value that worked here before: the same refusal is given to a value of another region, another server, or beside
/// which the wrong account was found.
/// </param>
internal sealed record AnswerRule(int Status, LivenessState State, IReadOnlyDictionary<string, IReadOnlyList<string>> Json, string? Text, bool AfterLive)
{
    public bool NeedsBody => Json.Count > 0 || Text is not null;
}
