namespace Sentinel.Scanning;

/// <summary>How bad a finding is if it is true. Ordered: a larger value is worse.</summary>
public enum Severity { Info, Low, Medium, High, Critical }

/// <summary>How sure the rule is that the finding is true. Ordered: a larger value is surer.</summary>
public enum Confidence { Low, Medium, High }

/// <summary>The kind of defect.</summary>
public enum FindingCategory { Secret, Dependency, Infrastructure, Workflow, Code }
