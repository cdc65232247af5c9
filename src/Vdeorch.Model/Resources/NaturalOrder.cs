namespace Vdeorch.Model.Resources;

/// <summary>Ordinal order, except that runs of digits compare as numbers.</summary>
public static class NaturalOrder
{
    public static int Compare(string left, string right)
    {
        int i = 0;
        int j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (!char.IsAsciiDigit(left[i]) || !char.IsAsciiDigit(right[j]))
            {
                if (left[i] != right[j])
                {
                    return left[i].CompareTo(right[j]);
                }

                i++;
                j++;
                continue;
            }

            ReadOnlySpan<char> a = Digits(left, ref i);
            ReadOnlySpan<char> b = Digits(right, ref j);
            int byLength = a.Length.CompareTo(b.Length);
            int byValue = byLength != 0 ? byLength : a.SequenceCompareTo(b);
            if (byValue != 0)
            {
                return byValue;
            }
        }

        int rest = (left.Length - i).CompareTo(right.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(left, right);
    }

    // Without leading zeros, so that the longer run is the larger number.
    static ReadOnlySpan<char> Digits(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text.AsSpan(start, at - start).TrimStart('0');
    }
}
