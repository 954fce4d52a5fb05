using System.Diagnostics;
using CsCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Tests.ServiceDefaults;

public sealed class RequestIdTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a", true)]
    [InlineData("A-z_0.9", true)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", true)]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    [InlineData("a\r\nSet-Cookie: x", false)]
    [InlineData("ä", false)]
    [InlineData("a/b", false)]
    [InlineData("<b>", false)]
    public void IsValid_Text_FollowsTheRule(string? text, bool expected) => Assert.Equal(expected, RequestIds.IsValid(text));

    [Fact]
    public void IsValid_AnyText_HoldsOnlyHarmlessCharacters() =>
        Gen.String.Sample(text => !RequestIds.IsValid(text) || text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));

    [Fact]
    public void New_Identifiers_AreValidAndInOrder()
    {
        var first = RequestIds.New();

        Assert.True(RequestIds.IsValid(first));
        Assert.Equal(7, Guid.Parse(first).Version);
    }

    [Theory]
    [InlineData("given-1", "given-1")]
    [InlineData("not valid", null)]
    [InlineData("a,b", null)]
    public async Task Request_GivenId_IsTakenOrReplaced(string given, string? expected)
    {
        await using var host = await DefaultsHost.StartAsync(_ => { }, app => app.MapGet("/id", () => RequestIdContext.Current), Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/id");
        request.Headers.TryAddWithoutValidation("X-Request-ID", given);

        using var answer = await host.Client.SendAsync(request, Cancellation);

        var echoed = Assert.Single(answer.Headers.GetValues("X-Request-ID"));
        Assert.Equal(echoed, await answer.Content.ReadAsStringAsync(Cancellation));
        if (expected is null) Assert.Equal(7, Guid.Parse(echoed).Version);
        else Assert.Equal(expected, echoed);
    }

    [Fact]
    public async Task Request_OutgoingCalls_CarryIdAndTrace()
    {
        await using var far = await DefaultsHost.StartAsync(
            _ => { }, app => app.MapGet("/far", (HttpContext context) => $"{RequestIdContext.Current} {Activity.Current!.TraceId}"), Cancellation);
        await using var near = await DefaultsHost.StartAsync(
            builder => builder.Services.AddHttpClient("far", client => client.BaseAddress = far.Client.BaseAddress),
            app => app.MapGet("/near", async (IHttpClientFactory clients) =>
                $"{Activity.Current!.GetBaggageItem("request.id")} {Activity.Current.TraceId} {await clients.CreateClient("far").GetStringAsync("/far")}"),
            Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/near");
        request.Headers.Add("X-Request-ID", "journey-1");

        using var answer = await near.Client.SendAsync(request, Cancellation);

        var parts = (await answer.Content.ReadAsStringAsync(Cancellation)).Split(' ');
        Assert.Equal(("journey-1", "journey-1"), (parts[0], parts[2]));
        Assert.Equal(parts[1], parts[3]);
    }

    [Fact]
    public async Task Request_HandlerThrows_StillHasItsId()
    {
        await using var host = await DefaultsHost.StartAsync(
            builder => builder.Services.AddProblemDetails(),
            app =>
            {
                app.UseExceptionHandler();
                app.MapGet("/bad", IResult () => throw new InvalidOperationException("broken on purpose"));
            },
            Cancellation);

        using var answer = await host.Client.GetAsync(new Uri("/bad", UriKind.Relative), Cancellation);

        Assert.Equal(500, (int)answer.StatusCode);
        Assert.True(RequestIds.IsValid(Assert.Single(answer.Headers.GetValues("X-Request-ID"))));
        Assert.DoesNotContain("on purpose", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void Use_InvalidId_IsRefused() => Assert.Throws<ArgumentException>(() => RequestIdContext.Use("a b"));

    [Fact]
    public async Task Use_NestedAndParallel_DoNotMix()
    {
        async Task<string?> Flow(string id)
        {
            using (RequestIdContext.Use(id))
            {
                await Task.Yield();
                using (RequestIdContext.Use(id + "-inner")) await Task.Delay(5, Cancellation);
                return RequestIdContext.Current;
            }
        }

        var seen = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Flow($"r{i}")));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"r{i}"), seen);
        Assert.Null(RequestIdContext.Current);
    }
}
