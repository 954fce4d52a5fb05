using System.Net;
using Microsoft.SemanticKernel;
using Polly.Timeout;
using Sentinel.AiService.Explanations;

namespace Sentinel.AiService.Models;

/// <summary>Why a call to the model gave nothing, in the words of the contract.</summary>
internal static class ModelFailure
{
    public static string ReasonOf(Exception exception) => exception switch
    {
        AnswerTooLargeException => Reasons.UnusableAnswer,
        TimeoutRejectedException or OperationCanceledException => Reasons.Timeout,
        _ when exception.InnerException is { } inner => ReasonOf(inner),
        // The library fails this way when the body is not what its API promises.
        System.Text.Json.JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or FormatException => Reasons.UnusableAnswer,
        _ => Reasons.Unavailable,
    };

    /// <summary>Status code of the API's answer, if there was one; its text may quote what was sent, so it goes nowhere.</summary>
    public static HttpStatusCode? StatusOf(Exception exception) =>
        exception is HttpOperationException { StatusCode: { } status } ? status : null;
}
