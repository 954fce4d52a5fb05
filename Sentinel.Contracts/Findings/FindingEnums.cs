namespace Sentinel.Contracts.Findings;

/// <summary>How bad a finding is if it is true. Ordered: a larger value is worse.</summary>
public enum Severity { Info, Low, Medium, High, Critical }

/// <summary>How sure the rule is that the finding is true. Ordered: a larger value is surer.</summary>
public enum Confidence { Low, Medium, High }

/// <summary>The kind of defect.</summary>
public enum FindingCategory { Secret, Dependency, Infrastructure, Workflow, Code }

/// <summary>
/// Where a finding stands. <see cref="Open"/>, <see cref="Reopened"/> and <see cref="Removed"/> need work; the last is a secret
/// that left the code but was not shown to be rotated.
/// </summary>
public enum FindingState { Open, Reopened, Removed, Fixed, Dismissed }

/// <summary>Why a person dismissed a finding.</summary>
public enum DismissReason { FalsePositive, AcceptedRisk, WontFix }

/// <summary>What happened to a finding.</summary>
public enum FindingEventKind { Opened, Moved, Fixed, Removed, Reopened, Dismissed, Undismissed }

/// <summary>The one cause of a finding's transition.</summary>
public enum FindingCause { Code, RulePack, AdvisorySnapshot, Configuration, ScannerCoverage, Person, Liveness }

/// <summary>Whether an explanation was written by a model or is the rule's own guidance.</summary>
public enum ExplanationSource { Guidance, Model }

/// <summary>Progress of an explanation.</summary>
public enum ExplanationStatus { Pending, Ready, Failed }
