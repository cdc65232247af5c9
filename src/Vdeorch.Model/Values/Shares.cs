using System.Globalization;

namespace Vdeorch.Model.Values;

/// <summary>Percentages as topology files write them, <c>0.1%</c>; in here from 0 to 1.</summary>
public static class Shares
{
    public static bool TryParse(string text, out double share)
    {
        share = 0;
        if (!text.EndsWith('%') || !decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent))
        {
            return false;
        }

        share = (double)(percent / 100);
        return share <= 1;
    }

    public static string Print(double share) => ((decimal)share * 100).ToString("0.######", CultureInfo.InvariantCulture) + "%";
}
