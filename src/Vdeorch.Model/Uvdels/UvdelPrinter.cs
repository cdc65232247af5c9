using System.Globalization;
using System.Text;

namespace Vdeorch.Model.Uvdels;

/// <summary>A locator as text, in the one spelling that both parsers read back: what has a meaning of its own becomes <c>%xx</c>.</summary>
static class UvdelPrinter
{
    public static string Print(Uvdel uvdel)
    {
        StringBuilder text = new();
        Print(uvdel, text);
        return text.ToString();
    }

    static void Print(Uvdel uvdel, StringBuilder text)
    {
        UvdelForm form = UvdelSchemes.Find(uvdel.Scheme)?.Form ?? UvdelForm.Raw;
        text.Append(uvdel.Scheme).Append("://");
        switch (form)
        {
            case UvdelForm.Raw:
                text.Append(uvdel.Argument);
                break;
            case UvdelForm.Slash:
                Escape(uvdel.Argument, '/', text);
                foreach (UvdelParameter parameter in uvdel.Parameters)
                {
                    text.Append('/');
                    Print(parameter, text);
                }

                break;
            default:
                Escape(uvdel.Argument, '[', text);
                for (int i = 0; i < uvdel.Parameters.Length; i++)
                {
                    text.Append(i == 0 ? '[' : '/');
                    Print(uvdel.Parameters[i], text);
                }

                text.Append(uvdel.Parameters.Length > 0 ? "]" : "");
                break;
        }

        if (uvdel.Nested is { } nested)
        {
            text.Append('{');
            Print(nested, text);
            text.Append('}');
        }
    }

    static void Print(UvdelParameter parameter, StringBuilder text)
    {
        text.Append(parameter.Name);
        if (parameter.Value.Length > 0)
        {
            text.Append(parameter.Name.Length > 0 ? "=" : "");
            Escape(parameter.Value, '/', text);
        }
    }

    static void Escape(string value, char delimiter, StringBuilder text)
    {
        foreach (char c in value)
        {
            if (c == delimiter || c < ' ' || c == '\x7f' || "'\"\\%[]{}".Contains(c, StringComparison.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"%{(int)c:x2}");
            }
            else
            {
                text.Append(c);
            }
        }
    }
}
