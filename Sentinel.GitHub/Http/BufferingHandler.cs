using System.Net;
using Microsoft.Extensions.Options;

namespace Sentinel.GitHub.Http;

/// <summary>Reads an answer to its end below the retries, so that a connection that breaks in its middle counts as lost.</summary>
internal sealed class BufferingHandler(IOptions<GitHubOptions> options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        try
        {
            await answer.Content.LoadIntoBufferAsync(options.Value.MaxAnswerBytes, cancellationToken);
            return answer;
        }
        catch (IOException ex)
        {
            answer.Dispose();
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer broke off.", ex);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
