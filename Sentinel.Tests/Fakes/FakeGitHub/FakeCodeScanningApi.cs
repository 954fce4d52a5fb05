using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data</summary>
internal static class FakeCodeScanningApi
{
    public static void Map(FakeRoutes routes)
    {
        routes.Post("/repos/{owner}/{repo}/code-scanning/sarifs", "security_events=write", Upload);
        routes.Get("/repos/{owner}/{repo}/code-scanning/sarifs/{id}", "security_events=read", call =>
        {
            var sarif = call.Repository().Sarifs.Find(s => s.Id == call.Route("id")) ?? throw FakeRefusal.NotFound();
            return new JsonObject
            {
                ["processing_status"] = "complete",
                ["analyses_url"] = $"{call.BaseUrl}/repos/{call.Repository().FullName}/code-scanning/analyses?sarif_id={sarif.Id}",
                ["errors"] = null,
            };
        });
    }

    private static JsonObject Upload(FakeCall call)
    {
        var repository = call.Repository();
        if (!repository.CodeScanning) throw new FakeRefusal(403, "Advanced Security must be enabled for this repository to use code scanning.");
        var (commit, reference) = (call.Required("CodeScanning", "commit_sha"), call.Required("CodeScanning", "ref"));
        if (!reference.StartsWith("refs/", StringComparison.Ordinal)) throw new FakeRefusal(422, "Validation Failed", ("CodeScanning", "ref", "invalid"));
        var sarif = new FakeSarif(Guid.NewGuid().ToString("D"), commit, reference, Unpack(call.Required("CodeScanning", "sarif")), call.Text("tool_name"));
        repository.Sarifs.Add(sarif);
        call.Status = 202;
        return new JsonObject { ["id"] = sarif.Id, ["url"] = $"{call.BaseUrl}/repos/{repository.FullName}/code-scanning/sarifs/{sarif.Id}" };
    }

    // gzip, then Base64.
    private static string Unpack(string packed)
    {
        try
        {
            using var unpacked = new GZipStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
            using var reader = new StreamReader(unpacked, Encoding.UTF8);
            var text = reader.ReadToEnd();
            _ = JsonNode.Parse(text);
            return text;
        }
        catch (Exception ex) when (ex is FormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new FakeRefusal(400, "Invalid SARIF. The SARIF file must be gzip compressed and Base64 encoded.");
        }
    }
}
