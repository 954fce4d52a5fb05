using Sentinel.Scanning.Workflows;

namespace Sentinel.Scanning;

/// <summary>What a plug-in needs beyond bytes; a scan that does not allow it skips the plug-in.</summary>
[Flags]
public enum Capabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Talks to other hosts.</summary>
    Network = 1,
}

/// <summary>What the engine and the user know of a plug-in without running it.</summary>
/// <param name="Id"><c>group/name</c>, unique.</param>
/// <param name="Version">Raised whenever the same input may give other findings; part of the cache key.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="RulePackHash">Hash of the rules' data; part of the cache key. Empty when the rules are code, which <paramref name="Version"/> covers.</param>
public sealed record PluginDescriptor(string Id, int Version, string Summary, string RulePackHash = "", Capabilities Requires = Capabilities.None);

/// <summary>Something that takes part in a scan.</summary>
public interface IPlugin
{
    /// <summary>Never changes during the life of the process.</summary>
    PluginDescriptor Descriptor { get; }
}

/// <summary>Finds defects in one file. Stateless: one instance serves many files at once.</summary>
public interface IFileAnalyzer : IPlugin
{
    /// <summary>The rules it runs.</summary>
    IReadOnlyList<RuleDescriptor> Rules { get; }

    /// <summary>One of <see cref="Rules"/>; null when it has none of this id. For an analyzer of many rules this is much cheaper than the list.</summary>
    RuleDescriptor? FindRule(string id) => Rules.FirstOrDefault(r => string.Equals(r.Id, id, StringComparison.Ordinal));

    /// <summary>Asked for every file of a tree: look at path and length only.</summary>
    bool Accepts(FileEntry file);

    /// <summary>
    /// Whether a file too large to be held may be given in parts that overlap: what it finds depends on the text nearby alone, at most
    /// 128 KiB on either side.
    /// </summary>
    bool ReadsParts => false;

    /// <summary>
    /// The part of the path on which the result depends, so that a renamed or copied file is not analysed again: the same content
    /// with the same class has the same findings but for their path. Often a constant.
    /// </summary>
    string PathClass(string path);

    /// <summary>The defects, in any order; empty when clean.</summary>
    /// <param name="file">Never binary.</param>
    /// <param name="context">Settings of the scan.</param>
    /// <exception cref="AnalysisException">The file cannot be analysed, for a reason the user should know.</exception>
    ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken);
}

/// <summary>Settings of a scan that change what an analyzer returns.</summary>
/// <param name="FingerprintKey">32 bytes with which secrets are hashed.</param>
/// <param name="Secrets">Told of each secret with its raw value, which is kept nowhere; null when nobody needs it.</param>
/// <param name="Actions">Asked for what a fix names; null when nobody can be asked.</param>
public sealed record AnalysisContext(ReadOnlyMemory<byte> FingerprintKey, ISecretObserver? Secrets = null, IActionTags? Actions = null);

/// <summary>
/// Told of secrets while a text is analysed, the only moment at which their raw values are there. Called from several threads; not
/// called for texts whose result comes from the cache.
/// </summary>
public interface ISecretObserver
{
    /// <param name="finding">What is reported.</param>
    /// <param name="value">The raw secret: must not be stored or logged.</param>
    /// <param name="parts">What belongs to it by name, such as an account's id.</param>
    void Seen(Finding finding, string value, IReadOnlyList<KeyValuePair<string, string>> parts);
}

/// <summary>A file that an analyzer cannot read, with a message for the user.</summary>
public sealed class AnalysisException(string message) : Exception(message);
