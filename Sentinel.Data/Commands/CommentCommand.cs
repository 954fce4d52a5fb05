using Sentinel.Contracts.Findings;

namespace Sentinel.Data.Commands;

/// <summary>What a command asks for.</summary>
public enum CommandVerb { Help, Explain, Fix, Ignore, Rescan, Unknown }

/// <summary>A command as it was read from a comment; nothing else of the comment is kept.</summary>
/// <param name="Verb"><see cref="CommandVerb.Unknown"/> for a word that is none.</param>
/// <param name="Finding">Number of the finding at the pull request; null when none was written.</param>
/// <param name="DismissAs">The kind of dismissal that was named; null when none was.</param>
/// <param name="Reason">Why, in the author's words; null when there are none. Longer than is allowed by one character when it was cut.</param>
public sealed record CommentCommand(CommandVerb Verb, int? Finding = null, DismissReason? DismissAs = null, string? Reason = null);
