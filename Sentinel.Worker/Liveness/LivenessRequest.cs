using System.Net.Http.Headers;
using System.Text;
using Sentinel.ServiceDefaults;

namespace Sentinel.Worker.Liveness;

/// <summary>Makes the request that asks a provider.</summary>
internal static class LivenessRequest
{
    /// <param name="address">Scheme and authority, with the path under which a server of one's own has its API.</param>
    public static HttpRequestMessage Create(LivenessDefinition definition, Uri address, LeakedValue secret, DateTimeOffset now)
    {
        var request = new HttpRequestMessage(new HttpMethod(definition.Method), new Uri(address.AbsoluteUri.TrimEnd('/') + definition.Path));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Sentinel", ServiceVersion.Current.Split('+', ' ')[0]));
        if (definition.Body is { } body) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (definition.Basic is { } basic)
        {
            var credential = Encoding.UTF8.GetBytes($"{Fill(basic.User, secret)}:{Fill(basic.Password, secret)}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credential));
        }
        foreach (var (name, template) in definition.Headers) request.Headers.TryAddWithoutValidation(name, Fill(template, secret));
        if (definition.Sign is AwsSignature.Name) AwsSignature.Apply(request, secret.Part(definition.Parts[0])!, secret.Value, now);
        return request;
    }

    private static string Fill(string template, LeakedValue secret)
    {
        var text = new StringBuilder(template);
        for (var start = template.IndexOf("{part:", StringComparison.Ordinal); start >= 0; start = template.IndexOf("{part:", start + 1, StringComparison.Ordinal))
        {
            var placeholder = template[start..(template.IndexOf('}', start) + 1)];
            text.Replace(placeholder, secret.Part(placeholder["{part:".Length..^1]));
        }
        return text.Replace(LivenessDefinition.Secret, secret.Value).ToString();
    }
}
