namespace Sentinel.Scanning;

/// <summary>Who committed a content, and when. All of it is what the commit says of itself: names and times may be made up.</summary>
/// <param name="Id">Full hash.</param>
/// <param name="Author">Name, at most 256 characters; may be empty.</param>
/// <param name="AuthorEmail">At most 256 characters; may be empty.</param>
/// <param name="AuthoredAt">When it was written.</param>
/// <param name="CommittedAt">When it was committed, which a rebase changes.</param>
/// <param name="Subject">First line of the message, at most 256 characters; as written, so whoever shows it masks secrets first.</param>
public sealed record CommitInfo(string Id, string Author, string AuthorEmail, DateTimeOffset AuthoredAt, DateTimeOffset CommittedAt, string Subject);
