using Sentinel.Contracts.Findings;

namespace Sentinel.Worker.Findings;

/// <summary>What is known of a finding's place when a scan did not see it.</summary>
/// <param name="FileExists">The file is in the scanned tree.</param>
/// <param name="ListingComplete">The whole tree was listed, so a file that is not there is really gone.</param>
/// <param name="Covered">One of the finding's analyzers really looked at the file.</param>
/// <param name="BlobUnchanged">The file has the very content in which the finding was seen.</param>
internal readonly record struct Absence(bool FileExists, bool ListingComplete, bool Covered, bool BlobUnchanged);

/// <summary>The rules of a finding's life: pure decisions, each with exactly one cause.</summary>
internal static class FindingTransitions
{
    /// <summary>Why a finding that was seen before is not seen any more; null when the scan did not really look, so nothing changes.</summary>
    public static FindingCause? CauseOfAbsence(Absence absence) => absence switch
    {
        { FileExists: false, ListingComplete: true } => FindingCause.Code,
        { FileExists: false } or { Covered: false } => null,
        // Same content, other answer: the rules changed.
        { BlobUnchanged: true } => FindingCause.RulePack,
        _ => FindingCause.Code,
    };

    /// <summary>Why a finding is seen for the first time: new rules find old code, or the code is new.</summary>
    /// <param name="rulesChanged">The previous scan of the ref ran other rules.</param>
    /// <param name="blobSeenBefore">The content had been scanned on this repository before.</param>
    public static FindingCause CauseOfAppearance(bool rulesChanged, bool blobSeenBefore) =>
        rulesChanged && blobSeenBefore ? FindingCause.RulePack : FindingCause.Code;

    /// <summary>The state of a finding that no ref holds any more. A secret stays dangerous until it is rotated.</summary>
    public static FindingState Closed(FindingCategory category, FindingCause cause) =>
        category == FindingCategory.Secret && cause == FindingCause.Code ? FindingState.Removed : FindingState.Fixed;

    /// <summary>The state of a finding that is seen (again).</summary>
    /// <param name="rotatedInPlace">A secret that was rotated and has stood in the code all the while: only one that comes back is news.</param>
    public static FindingState Seen(FindingState state, bool dismissalExpired, bool rotatedInPlace) => state switch
    {
        FindingState.Fixed when rotatedInPlace => FindingState.Fixed,
        FindingState.Fixed or FindingState.Removed => FindingState.Reopened,
        FindingState.Dismissed when dismissalExpired => FindingState.Reopened,
        _ => state,
    };

    /// <summary>What a change of state is called.</summary>
    public static FindingEventKind KindOf(FindingState to) => to switch
    {
        FindingState.Fixed => FindingEventKind.Fixed,
        FindingState.Removed => FindingEventKind.Removed,
        FindingState.Dismissed => FindingEventKind.Dismissed,
        FindingState.Reopened => FindingEventKind.Reopened,
        _ => FindingEventKind.Opened,
    };
}
