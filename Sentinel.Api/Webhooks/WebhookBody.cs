using System.Buffers;

namespace Sentinel.Api.Webhooks;

/// <summary>Reads a body of limited size into one array; memory grows with the bytes that arrive, not with what is announced.</summary>
internal sealed class WebhookBody(WebhookMemory memory)
{
    /// <summary>GitHub caps payloads at 25 MB; a byte more is not from GitHub.</summary>
    public const int MaxBytes = 25 * 1024 * 1024;

    private const int FirstBuffer = 64 * 1024;

    /// <summary>The whole body, or why there is none.</summary>
    public async ValueTask<Result> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes) return Result.TooLarge;
        var expected = (int)(request.ContentLength ?? FirstBuffer);
        var lease = memory.Rent(Math.Min(expected, FirstBuffer));
        if (lease is null) return Result.Busy;
        try
        {
            var buffer = new byte[Math.Min(expected, FirstBuffer)];
            var count = 0;
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancellationToken);
                var length = read.Buffer.Length;
                if (count + length > MaxBytes) return Discard(request, read.Buffer, lease, Result.TooLarge);
                if (count + length > buffer.Length)
                {
                    var larger = (int)Math.Min(MaxBytes, Math.Max(buffer.Length * 2L, count + length));
                    if (!lease.Grow(larger)) return Discard(request, read.Buffer, lease, Result.Busy);
                    Array.Resize(ref buffer, larger);
                }

                read.Buffer.CopyTo(buffer.AsSpan(count));
                count += (int)length;
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }

            if (count != buffer.Length) Array.Resize(ref buffer, count);
            return new Result(buffer, lease, StatusCodes.Status200OK);
        }
        catch (BadHttpRequestException exception)
        {
            // The server's own limits: 413 for a chunked body that grows too large, 400 for one cut short, 408 for a trickle.
            lease.Dispose();
            return new Result(null, null, exception.StatusCode);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private static Result Discard(HttpRequest request, ReadOnlySequence<byte> buffer, WebhookMemory.Lease lease, Result result)
    {
        request.BodyReader.AdvanceTo(buffer.End);
        lease.Dispose();
        return result;
    }

    internal readonly record struct Result(byte[]? Bytes, WebhookMemory.Lease? Lease, int StatusCode)
    {
        public static readonly Result TooLarge = new(null, null, StatusCodes.Status413PayloadTooLarge);
        public static readonly Result Busy = new(null, null, StatusCodes.Status503ServiceUnavailable);
    }
}
