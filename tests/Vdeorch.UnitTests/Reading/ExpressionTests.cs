using System.Text;
using CsCheck;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Reading;

public class ExpressionTests
{
    static readonly string[] s_pieces =
    [
        "index", "namespace", "topology", "host", "x", "1", "0", "2147483647", "9223372036854775807", "1.5", "1e308", "'a'", "\"10.0.0.0/8\"", "true", "null", "(", ")", "[", "]",
        "+", "-", "*", "/", "//", "%", "==", "!=", "<", ">", "&&", "||", "!", "?", ":", "??", "|", ".", "..", ",", ";", "=", "$0", "@", "{", "}", "<<", ">>", "^", "if", "for", "in", "end", "func", "ret", "this", " ",
    ];

    [Theory]
    [InlineData("{{ index + 10 }}", "12")]
    [InlineData("{{ index * 3 - 1 }}", "5")]
    [InlineData("{{ 7 // 2 }}", "3")]
    [InlineData("{{ index % 2 == 0 ? 'even' : 'odd' }}", "even")]
    [InlineData("{{ namespace }} in {{ topology }}", "web-2 in lab")]
    [InlineData("{{ host \"10.1.0.0/16\" 256 }}", "10.1.1.0")]
    [InlineData("{{ host \"fd00::/64\" (index + 14) }}", "fd00::10")]
    [InlineData("{{ host \"0.0.0.0/0\" 4294967295 }}", "255.255.255.255")]
    [InlineData("{{ \"{{\" }}", "{{")]
    [InlineData("{%{ untouched }%}", "{%{ untouched }%}")]
    public void AnExpressionIsReplacedByItsValue(string text, string value) =>
        Assert.Equal(value, Evaluate(text)!.Services.Single(service => service.Namespace == "web-2").Run[1]);

    [Theory]
    [InlineData("{{if 1}}", 2000, "")]
    [InlineData("{{ (", 1, "(")]
    [InlineData("{{ ", 1, "(")]
    [InlineData("{{ ", 1, "!")]
    [InlineData("{{ 1", 1, "+1")]
    [InlineData("{{ 1", 1, "?1:1")]
    [InlineData("{{ ", 1, "[")]
    [InlineData("{{ host ", 1, "host ")]
    [InlineData("{{ namespace", 1, ".x")]
    [InlineData("{{ namespace", 1, "|host")]
    [InlineData("{{", 1, "\"{{")]
    [InlineData("{{", 1, "{")]
    [InlineData("{{ for x in ", 1, "1..")]
    [InlineData("{{ capture x }}", 900, "")]
    [InlineData("{{ 9", 1, "9")]
    [InlineData("{{ 99999", 1, "*99999")]
    public void NoExpressionOverflowsASmallStack(string head, int heads, string repeated)
    {
        string body = string.Concat(Enumerable.Repeat(head, heads)) + string.Concat(Enumerable.Repeat(repeated, repeated.Length == 0 ? 0 : 15_000 / repeated.Length)) + " }}";
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(() => { _ = Evaluate(body); }), maxStackSize: 1024 * 1024);
        thread.Start();

        Assert.True(thread.Join(TimeSpan.FromSeconds(20)), "it hangs");
        Assert.Null(thrown);
    }

    [Fact]
    public void NoSoupOfScribanMakesTheReaderThrow() =>
        Gen.Int[0, s_pieces.Length - 1].Array[1, 9].Sample(picks =>
        {
            _ = Evaluate($"{{{{ {string.Join(' ', picks.Select(pick => s_pieces[pick]))} }}}}");
        }, iter: 20_000);

    static Topology? Evaluate(string text)
    {
        string yaml = $"topology: lab\nnamespaces:\n  web:\n    replicas: 3\n    services: {{ s: {{ run: [x, '{text.Replace("'", "''", StringComparison.Ordinal)}'] }} }}\n";
        ReadResult read = TopologyReader.Read(Encoding.UTF8.GetBytes(yaml), "lab.yaml");
        Assert.All(read.Diagnostics, diagnostic => Assert.StartsWith("VDE1", diagnostic.Code, StringComparison.Ordinal));
        return read.Topology;
    }
}
