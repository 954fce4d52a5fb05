using System.Text;
using CsCheck;
using Sentinel.Api.Webhooks.Events;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Commands;
using Sentinel.Data.Findings;

namespace Sentinel.Tests.Api.Webhooks;

/// <summary>What of a comment is a command, and what it says.</summary>
public sealed class CommandReaderTests
{
    [Theory]
    [InlineData("/sentinel help", CommandVerb.Help, null)]
    [InlineData("/sentinel", CommandVerb.Help, null)]
    [InlineData("   /SENTINEL   Rescan now, please", CommandVerb.Rescan, null)]
    [InlineData("Thank you!\r\n\r\n/sentinel explain 12", CommandVerb.Explain, 12)]
    [InlineData("/sentinel explain #3", CommandVerb.Explain, 3)]
    [InlineData("/sentinel fix `3`", CommandVerb.Fix, 3)]
    [InlineData("/sentinel fix", CommandVerb.Fix, null)]
    [InlineData("/sentinel explain three", CommandVerb.Explain, null)]
    [InlineData("/sentinel explain -3", CommandVerb.Explain, null)]
    [InlineData("/sentinel explain 99999999999999999999", CommandVerb.Explain, null)]
    [InlineData("/sentinel explain \u0663", CommandVerb.Explain, null)]
    [InlineData("/sentinel dance", CommandVerb.Unknown, null)]
    [InlineData("/sentinel rescan\n/sentinel explain 1", CommandVerb.Rescan, null)]
    [InlineData("```\n/sentinel rescan\n```\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("~~~~ text\n/sentinel rescan\n~~~\n/sentinel rescan\n~~~~\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("``` not a `fence`\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("> /sentinel rescan\n\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("> ```\n\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("<!-- template\n/sentinel rescan\n-->\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("Look <!--\n/sentinel rescan\n-->\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("<!-- a --> b <!--\n/sentinel rescan\n-->\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("- ```\n  /sentinel rescan\n  ```\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("1. - ~~~\n/sentinel rescan\n     ~~~\n/sentinel explain 1", CommandVerb.Explain, 1)]
    [InlineData("```\n    ```\n/sentinel rescan\n```\n/sentinel explain 1", CommandVerb.Explain, 1)]
    public void Read_Command_IsTheFirstThatItsAuthorWrote(string body, CommandVerb verb, int? finding) =>
        Assert.Equal(new CommentCommand(verb, finding), CommandReader.Read(body));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Nothing to see.")]
    [InlineData("Write /sentinel help to get help.")]
    [InlineData("- /sentinel help")]
    [InlineData("/sentinels help")]
    [InlineData("/sentinel:help")]
    [InlineData("//sentinel help")]
    [InlineData("    /sentinel help")]
    [InlineData("\t/sentinel help")]
    [InlineData("\u202E/sentinel help")]
    [InlineData("> /sentinel help")]
    [InlineData("  > quoted\n>/sentinel help")]
    [InlineData("```\n/sentinel help")]
    [InlineData("````\n```\n/sentinel help\n```")]
    [InlineData("<!-- /sentinel help -->")]
    [InlineData("<!--\n/sentinel help")]
    [InlineData("words\u2028/sentinel help")]
    public void Read_NoCommand_IsNull(string? body) => Assert.Null(CommandReader.Read(body));

    [Theory]
    [InlineData("/sentinel ignore 3 test data", 3, null, "test data")]
    [InlineData("/sentinel ignore 3 False-Positive  the key opens nothing ", 3, DismissReason.FalsePositive, "the key opens nothing")]
    [InlineData("/sentinel ignore wont-fix old branch", null, DismissReason.WontFix, "old branch")]
    [InlineData("/sentinel ignore #3 accepted-risk", 3, DismissReason.AcceptedRisk, null)]
    [InlineData("/sentinel ignore 3", 3, null, null)]
    [InlineData("/sentinel ignore", null, null, null)]
    [InlineData("/sentinel ignore 3 a\u0000b\tc", 3, null, "a b c")]
    [InlineData("/sentinel ignore 3 @everyone <b>x</b>\nmore", 3, null, "@everyone <b>x</b>")]
    public void Read_Ignore_HasKindAndReason(string body, int? finding, DismissReason? kind, string? reason) =>
        Assert.Equal(new CommentCommand(CommandVerb.Ignore, finding, kind, reason), CommandReader.Read(body));

    [Fact]
    public void Read_LongestComment_IsBoundedAndStaysRefusable()
    {
        var command = CommandReader.Read("/sentinel ignore 1 " + new string('x', 65_536 - 19))!;

        Assert.Equal(FindingDecision.MaxJustification + 1, command.Reason!.Length);
        Assert.NotNull(FindingDecision.JustificationFault(command.Reason));
        Assert.Null(FindingDecision.JustificationFault(CommandReader.Read("/sentinel ignore 1 " + new string('x', FindingDecision.MaxJustification))!.Reason));
    }

    [Fact]
    public void Read_AnyText_IsStorableAndBounded() =>
        Gen.String[Gen.OneOf(Gen.Char, Gen.Char[" \n\r`>/\0\uD800\uDC00\u202E"]), 0, 300].Sample(noise =>
        {
            var command = CommandReader.Read("/sentinel ignore 7 " + noise);
            if (command is not { Verb: CommandVerb.Ignore, Finding: 7 }) return false;
            if (command.Reason is not { } reason) return true;
            return reason.Length <= FindingDecision.MaxJustification + 1 && !reason.Any(char.IsControl) && reason == reason.Trim()
                && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(reason)) == reason;
        });

    [Fact]
    public void Read_AnyTextThatOpensNothing_BeforeACommand_ChangesNothing() =>
        Gen.String[Gen.Char["ab \n/>*_#@.\u202E"], 0, 200].Where(text => CommandReader.Read(text) is null).Sample(text =>
            CommandReader.Read($"{text}\n/sentinel explain 4") == new CommentCommand(CommandVerb.Explain, 4));

    [Fact]
    public void Read_AnyText_InAFenceOrQuote_IsNoCommand() =>
        Gen.String[Gen.Char["abc /sentinl\n"], 0, 200].Sample(text =>
            CommandReader.Read($"`````\n{text}\n/sentinel help\n") is null
            && CommandReader.Read(string.Join('\n', $"{text}\n/sentinel help".Split('\n').Select(line => $"> {line}"))) is null);
}
