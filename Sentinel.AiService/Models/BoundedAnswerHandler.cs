using System.Net.Http.Headers;

namespace Sentinel.AiService.Models;

/// <summary>An answer larger than any that could be used.</summary>
internal sealed class AnswerTooLargeException() : Exception("The model's answer is too large.");

/// <summary>
/// Reads the whole answer inside the time limit and up to a size: the client library would read for as long and as much as the other
/// end sends. Also takes away the empty credentials that the library sends when there is no key.
/// </summary>
internal sealed class BoundedAnswerHandler(ModelEndpoint endpoint) : DelegatingHandler
{
    public const int MaxBytes = 512 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (endpoint.Key is null) request.Headers.Authorization = null;
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            var body = await ReadAsync(response.Content, cancellationToken);
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = response.Content.Headers.ContentType ?? new MediaTypeHeaderValue("application/json");
            response.Content.Dispose();
            response.Content = content;
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > MaxBytes) throw new AnswerTooLargeException();

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            if (body.Length + read > MaxBytes) throw new AnswerTooLargeException();
            body.Write(chunk, 0, read);
        }
        return body.ToArray();
    }
}
