using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.People;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Api.Security;

/// <summary>Who and what the matrix is tried with.</summary>
public sealed partial class AuthorizationMatrixTests
{
    /// <summary>Three people, and things of the viewer's and triager's tenant, of another one, and of nobody's.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly SignInBench _bench;
        private readonly Dictionary<FakeAccount, string> _sessions = [];

        private World(SignInBench bench) => _bench = bench;

        public ApiServer Api => _bench.Api;

        public required FakeAccount Admin { get; init; }

        public required FakeAccount Triager { get; init; }

        public required FakeAccount Viewer { get; init; }

        public required Tenant Own { get; init; }

        public required Tenant Theirs { get; init; }

        public required Tenant Local { get; init; }

        public static async Task<World> CreateAsync()
        {
            var bench = await SignInBench.StartAsync(Cancellation, settings: [.. WithMetrics.Select(s => (s.Key, s.Value!))]);
            var (admin, triager, viewer) = (bench.GitHub.AddUser("admin"), bench.GitHub.AddUser("triager"), bench.GitHub.AddUser("viewer"));
            var own = bench.GitHub.AddRepository("qxours/shop", isPrivate: true);
            (own.Collaborators["triager"], own.Collaborators["viewer"]) = ("write", "read");
            var theirs = bench.GitHub.AddRepository("qxtheirs/shop", isPrivate: true);
            bench.GitHub.Install("qxours");
            bench.GitHub.Install("qxtheirs");
            var now = bench.Clock.GetUtcNow();
            var world = new World(bench)
            {
                Admin = admin,
                Triager = triager,
                Viewer = viewer,
                Own = await Tenant.AddAsync(bench.Api, "qxours", own, now, Cancellation),
                Theirs = await Tenant.AddAsync(bench.Api, "qxtheirs", theirs, now, Cancellation),
                Local = await Tenant.AddAsync(bench.Api, "qxnobodys", repository: null, now, Cancellation),
            };
            foreach (var person in new[] { admin, triager, viewer }) world._sessions[person] = (await bench.SignInAsync(person, Cancellation)).Token;
            await world.SetRoleAsync("triager", Role.Triager);
            return world;
        }

        public HttpClient ClientOf(FakeAccount person) => Api.With(_sessions[person]);

        public async Task<HttpClient> TokenOfAsync(FakeAccount person, Role role) => Api.With((await CreateTokenAsync(person, role)).Token);

        public async Task<HttpClient> DemotedTokenAsync()
        {
            await SetRoleAsync("viewer", Role.Admin);
            var client = await TokenOfAsync(Viewer, Role.Admin);
            await SetRoleAsync("viewer", Role.Viewer);
            return client;
        }

        /// <summary>The id of a thing of a tenant; of what people own, one of <paramref name="owner"/>'s.</summary>
        public async Task<string> IdAsync(Of what, Tenant tenant, FakeAccount owner) => what switch
        {
            Of.Repository => $"{tenant.RepositoryId}",
            Of.Scan => $"{tenant.FailedScanId}",
            Of.Finding => $"{tenant.FindingId}",
            Of.Request => tenant.RequestId,
            Of.Token => $"{(await CreateTokenAsync(owner, Role.Viewer)).Id}",
            Of.Person => $"{Guid.NewGuid()}",
            _ => Tenant.SharedRule,
        };

        public ValueTask DisposeAsync() => _bench.DisposeAsync();

        private async Task<TokenCreated> CreateTokenAsync(FakeAccount person, Role role)
        {
            using var client = ClientOf(person);
            using var answer = await client.PostAsJsonAsync(ApiRoutes.Tokens, new CreateTokenRequest($"of {person.Login}", role, 1), SignInBench.Json, Cancellation);
            return (await answer.Content.ReadFromJsonAsync<TokenCreated>(SignInBench.Json, Cancellation))!;
        }

        private async Task SetRoleAsync(string login, Role role)
        {
            var id = await Api.QueryAsync(db => db.People.Where(person => person.Login == login).Select(person => person.Id).SingleAsync(Cancellation));
            using var client = ClientOf(Admin);
            using var answer = await client.PostAsJsonAsync($"{ApiRoutes.People}/{id}/role", new ChangeRoleRequest(role), SignInBench.Json, Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }
}
