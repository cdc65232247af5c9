using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels;

/// <summary>Reads a locator as vde_open(3) and the plugs' own parsers do, leniency included.</summary>
sealed class CompatibleReader(IUvdelFiles files)
{
    public UvdelProblem? Problem { get; private set; }

    public Uvdel? Read(string text)
    {
        string located = Locate(text);
        return Read(located, 0, located.Length, 0);
    }

    // Only a text without a scheme: the home's default where it is empty, and the first line of the file that it names.
    string Locate(string text)
    {
        if (text.Contains(UvdelParser.Separator, StringComparison.Ordinal))
        {
            return text;
        }

        if (text.Length == 0 && files.Home is { } home)
        {
            text = new[] { $"{home}/.vdeplug/default", $"{home}/.vde2/default.switch" }.FirstOrDefault(files.Exists) ?? text;
        }

        // The line's last byte goes, whether it is an end of line or not.
        return text.Length > 0 && files.FirstLine(text) is { Length: > 0 } line ? line[..^1] : text;
    }

    Uvdel? Read(string text, int start, int end, int depth)
    {
        if (depth > UvdelParser.MaxNesting)
        {
            Problem ??= new UvdelProblem(new UvdelSpan(start, end - start), $"it is nested more than {UvdelParser.MaxNesting} deep");
            return null;
        }

        int separator = text.IndexOf(UvdelParser.Separator, start, end - start, StringComparison.Ordinal);
        string scheme = separator < 0 ? "vde" : text[start..separator];
        int argument = separator < 0 ? start : separator + UvdelParser.Separator.Length;
        UvdelScheme? known = UvdelSchemes.Find(scheme);
        Uvdel? nested = null;
        int own = end;
        if (known?.TakesNested == true)
        {
            own = UvdelScanner.First(text, argument, end, "{");
            nested = ReadNested(text, own, end, depth);
            if (nested is null)
            {
                return null;
            }
        }

        Uvdel read = new(scheme, "", [], nested) { At = new UvdelSpan(start, end - start) };
        return known?.Form switch
        {
            UvdelForm.Slash => ReadSlash(text, argument, own, read, known),
            UvdelForm.Bracket => ReadBracket(text, argument, own, read, known),
            _ => read with { Argument = text[argument..own], ArgumentAt = new UvdelSpan(argument, own - argument) },
        };
    }

    Uvdel? ReadNested(string text, int brace, int end, int depth)
    {
        int inside = Math.Min(brace + 1, end);
        int close = UvdelScanner.Last(text, inside, end, '}');
        close = close < 0 ? end : close;
        if (!text.AsSpan(inside, close - inside).Contains(UvdelParser.Separator, StringComparison.Ordinal))
        {
            string located = Locate(text[inside..close]);
            return Read(located, 0, located.Length, depth + 1);
        }

        return Read(text, inside, close, depth + 1);
    }

    Uvdel? ReadSlash(string text, int start, int end, Uvdel read, UvdelScheme scheme)
    {
        int slash = UvdelScanner.First(text, start, end, "/");
        return WithParameters(text, Math.Min(slash + 1, end), end, WithArgument(text, start, slash, read), scheme);
    }

    Uvdel? ReadBracket(string text, int start, int end, Uvdel read, UvdelScheme scheme)
    {
        int bracket = UvdelScanner.First(text, start, end, "[");
        int inside = Math.Min(bracket + 1, end);
        int close = UvdelScanner.Last(text, inside, end, ']');
        return WithParameters(text, inside, close < 0 ? end : close, WithArgument(text, start, bracket, read), scheme);
    }

    static Uvdel WithArgument(string text, int start, int end, Uvdel read) =>
        read with { Argument = UvdelScanner.Decode(text, start, end), ArgumentAt = new UvdelSpan(start, end - start) };

    Uvdel? WithParameters(string text, int start, int end, Uvdel read, UvdelScheme scheme)
    {
        ImmutableArray<UvdelParameter>.Builder parameters = ImmutableArray.CreateBuilder<UvdelParameter>();
        for (int at = start; at < end;)
        {
            int stop = UvdelScanner.First(text, at, end, "/");
            string token = UvdelScanner.Decode(text, at, stop);
            int equals = token.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? token : token[..equals];
            UvdelSpan span = new(at, stop - at);
            at = stop + 1;
            if (key.Length == 0)
            {
                continue;
            }

            if (scheme.Parameters.FirstOrDefault(parameter => parameter.Name.StartsWith(key, StringComparison.Ordinal)) is { } match)
            {
                parameters.Add(new UvdelParameter(match.Name, equals < 0 ? "" : token[(equals + 1)..]) { At = span });
            }
            else if (equals < 0 && scheme.Parameters.Any(parameter => parameter.Name.Length == 0))
            {
                parameters.Add(new UvdelParameter("", token) { At = span });
            }
            else
            {
                Problem ??= new UvdelProblem(span, $"unknown key: {key}");
                return null;
            }
        }

        return read with { Parameters = parameters.ToImmutable() };
    }
}
