namespace Vdeorch.Model.Reading;

/// <summary>Stretches of the texts that whole nodes take up, each from its first line to its last value.</summary>
internal sealed class ExtentSet
{
    readonly List<TextRange> _extents = [];

    public void Add(Node node) => _extents.Add(node.Range with { Length = End(node) - node.Range.Start });

    public bool Contains(TextRange at) =>
        _extents.Exists(extent => extent.Source == at.Source && at.Start >= extent.Start && at.Start <= extent.Start + extent.Length);

    // An alias stands for what comes earlier, and maybe elsewhere.
    static int End(Node node)
    {
        int end = node.Range.Start + node.Range.Length;
        switch (node)
        {
            case MapNode map:
                foreach (MapEntry entry in map.Entries)
                {
                    end = Math.Max(end, Math.Max(End(entry.Key), entry.Value.Range.Source == node.Range.Source ? End(entry.Value) : 0));
                }

                return end;
            case ListNode list:
                foreach (Node item in list.Items)
                {
                    end = Math.Max(end, End(item));
                }

                return end;
            default:
                return end;
        }
    }
}
