using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.Security;

public sealed class SessionTests
{
    private static readonly JsonSerializerOptions Json = SentinelJson.Options;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LocalSignIn_InDevelopmentFromHere_GivesASessionThatEnds()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);

        using var response = await api.Anonymous.PostAsync(ApiRoutes.Session + "/local", null, Cancellation);
        var session = await response.Content.ReadFromJsonAsync<SessionCreated>(Json, Cancellation);

        Assert.Equal(("local", Role.Admin), (session!.Login, session.Role));
        Assert.StartsWith("sns_", session.Token, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Token, session.ToString(), StringComparison.Ordinal);
        var row = await api.QueryAsync(db => db.AccessTokens.SingleAsync(Cancellation));
        Assert.Equal(TokenFormat.Hash(session.Token), row.Hash);
        Assert.Equal(TimeSpan.FromDays(30), row.ExpiresAt - row.CreatedAt);
        using var client = api.With(session.Token);
        Assert.Equal("local", (await client.GetFromJsonAsync<SessionInfo>(ApiRoutes.Session, Json, Cancellation))!.Login);

        using var end = await client.DeleteAsync(ApiRoutes.Session, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
        using var after = await client.GetAsync(ApiRoutes.Session, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        Assert.Equal(["session.created", "session.ended"], await api.QueryAsync(db => db.AuditLog.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancellation)));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Host", "sentinel.example")]
    [InlineData("Host", "127.0.0.1.nip.example:3001")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task LocalSignIn_ThroughAProxyOrAnotherName_IsRefused(string header, string value)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.Session + "/local");
        Assert.True(request.Headers.TryAddWithoutValidation(header, value));

        using var response = await api.Anonymous.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(0, await api.QueryAsync(db => db.AccessTokens.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task LocalSignIn_OutsideDevelopment_IsRefusedAndNotOffered()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");

        using var response = await api.Anonymous.PostAsync(ApiRoutes.Session + "/local", null, Cancellation);
        var options = await api.Anonymous.GetFromJsonAsync<SignInOptions>(ApiRoutes.Session + "/options", Json, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(new SignInOptions(false, false), options);
    }

    [Fact]
    public async Task Token_IsShownOnceAndRevocationIsObeyedAtOnce()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var admin = await api.AsAsync(Role.Admin, Cancellation);
        using var response = await admin.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest("ci", Role.Viewer, null), Json, Cancellation);
        var created = await response.Content.ReadFromJsonAsync<TokenCreated>(Json, Cancellation);
        using var client = api.With(created!.Token);
        using var before = await client.GetAsync(ApiRoutes.Session, Cancellation);
        var list = await admin.GetStringAsync(ApiRoutes.Tokens, Cancellation);

        using var revoked = await admin.DeleteAsync($"{ApiRoutes.Tokens}/{created.Id}", Cancellation);
        using var after = await client.GetAsync(ApiRoutes.Session, Cancellation);

        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.Unauthorized),
            (response.StatusCode, before.StatusCode, revoked.StatusCode, after.StatusCode));
        Assert.DoesNotContain(created.Token, list, StringComparison.Ordinal);
        Assert.Contains("\"ci\"", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OfAnotherOrAboveOnesRole_IsRefused()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var admin = await api.AsAsync(Role.Admin, Cancellation);
        using var viewer = await api.AsAsync(Role.Viewer, Cancellation);
        using var made = await admin.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest("ci", Role.Admin, 1), Json, Cancellation);
        var created = await made.Content.ReadFromJsonAsync<TokenCreated>(Json, Cancellation);

        using var stronger = await viewer.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest("x", Role.Admin, null), Json, Cancellation);
        using var others = await viewer.DeleteAsync($"{ApiRoutes.Tokens}/{created!.Id}", Cancellation);
        using var nameless = await viewer.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest(" ", Role.Viewer, 1000), Json, Cancellation);

        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.BadRequest),
            (stronger.StatusCode, others.StatusCode, nameless.StatusCode));
        Assert.Equal(2, JsonDocument.Parse(await nameless.Content.ReadAsStringAsync(Cancellation)).RootElement.GetProperty("errors").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer nonsense")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer snt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Token_ThatIsNone_Is401(string header)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.Session);
        request.Headers.TryAddWithoutValidation("Authorization", header);

        using var response = await api.Anonymous.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
    }
}
