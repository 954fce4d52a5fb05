namespace Sentinel.Git.Blobs;

/// <summary>One content that git could not hand out; others are not affected.</summary>
public sealed class UnreadableBlobException(string blobId, string reason) : IOException($"Content {blobId} cannot be read: {reason}.")
{
    /// <summary>Full hash of the content.</summary>
    public string BlobId { get; } = blobId;
}
