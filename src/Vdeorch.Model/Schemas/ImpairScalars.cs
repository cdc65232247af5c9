using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Schemas;

/// <summary>Shares of frames and rates of bits.</summary>
internal static class ImpairScalars
{
    public static readonly ScalarSchema<double> Share = new("a percentage 0%..100%", ReadShare, Shares.Print, () => Scalars.Pattern("^[0-9]+(\\.[0-9]+)?%$"));

    public static readonly ScalarSchema<long> Rate = new("a rate (10mbit)", ReadRate, Rates.Print, () => Scalars.Pattern("^[0-9]+(\\.[0-9]+)?(bit|kbit|mbit|gbit)$"));

    static Problem? ReadShare(ScalarText text, out double value) => Shares.TryParse(text.Text, out value) ? null
        : new Problem(DiagnosticCatalog.BadShare, $"{Quoted.Text(text.Text)} is not a percentage 0%..100%",
            text.Type is CoreType.Integer or CoreType.Float ? $"with its sign: {text.Text}%" : "for example 0.1%");

    static Problem? ReadRate(ScalarText text, out long value) => Rates.TryParse(text.Text, out value) ? null
        : new Problem(DiagnosticCatalog.BadRate, $"{Quoted.Text(text.Text)} is not a rate 1bit..1000gbit",
            text.Type is CoreType.Integer or CoreType.Float ? $"say the unit: {text.Text}mbit, {text.Text}kbit" : "a number and a unit: 100kbit, 10mbit, 1gbit");
}
