using Octokit.Webhooks;
using Octokit.Webhooks.Models;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>Reads what a payload says of its repository. Clone URLs point at the configured GitHub and nowhere else.</summary>
/// <param name="gitHubUrl">The web address of GitHub or of GitHub Enterprise Server.</param>
/// <param name="allowLoopback">Development: a payload may name a git server on this machine.</param>
internal sealed class RepositoryReader(Uri gitHubUrl, bool allowLoopback)
{
    public RepositoryFacts Read(WebhookEvent @event)
    {
        var repository = @event.Repository ?? throw new WebhookPayloadException("The payload names no repository.");
        return Read(repository, @event.Installation?.Id);
    }

    public RepositoryFacts Read(Repository repository, long? installationId)
    {
        var fullName = PayloadText.FullName(repository.FullName, "repository.full_name");
        return new RepositoryFacts(
            repository.Id,
            fullName,
            CloneUrl(repository.CloneUrl, fullName),
            installationId,
            PayloadText.Branch(repository.DefaultBranch, "repository.default_branch"),
            repository.Private,
            repository.Archived);
    }

    /// <summary>A repository of which only id, name and visibility are given.</summary>
    public RepositoryFacts Read(long id, string fullName, bool isPrivate, long installationId)
    {
        var name = PayloadText.FullName(fullName, "repositories.full_name");
        return new RepositoryFacts(id, name, CloneUrl(null, name), installationId, Private: isPrivate);
    }

    // A signature proves that GitHub wrote the payload, not that an address in it is one to connect to: the worker must not
    // be steered to another host by it. Old payloads also name plain http for hosts that speak https.
    private string CloneUrl(string? claimed, string fullName)
    {
        if (allowLoopback && Uri.TryCreate(claimed, UriKind.Absolute, out var uri) && uri.IsLoopback
            && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0)
        {
            return uri.AbsoluteUri;
        }

        return new Uri(gitHubUrl, $"{gitHubUrl.AbsolutePath.TrimEnd('/')}/{fullName}.git").AbsoluteUri;
    }
}
