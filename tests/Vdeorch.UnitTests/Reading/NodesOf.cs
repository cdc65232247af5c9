using Vdeorch.Model.Reading;

namespace Vdeorch.UnitTests.Reading;

/// <summary>One text as nodes, without the rest of the reader.</summary>
static class NodesOf
{
    public static Node? Text(string text, out ReadContext context)
    {
        context = new ReadContext();
        return NodeReader.Read(context.Sources.Add(new SourceText(0, "lab.yaml", "/", text) { Part = new Part("", null) }), context);
    }
}
