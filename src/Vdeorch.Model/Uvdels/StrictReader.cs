using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Model.Uvdels;

/// <summary>Reads a locator and says everything that is wrong with it. What libvdeplug reads without a word and not as it looks is wrong.</summary>
sealed class StrictReader(string text)
{
    public List<UvdelProblem> Problems { get; } = [];

    public Uvdel? Read()
    {
        int control = text.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        if (control >= 0)
        {
            Report(control, 1, "it has a control character in it; write it as %XX");
            return null;
        }

        return Read(0, text.Length, 0);
    }

    Uvdel? Read(int start, int end, int depth)
    {
        if (depth > UvdelParser.MaxNesting)
        {
            Report(start, end - start, $"it is nested more than {UvdelParser.MaxNesting} deep");
            return null;
        }

        int separator = text.IndexOf(UvdelParser.Separator, start, end - start, StringComparison.Ordinal);
        if (separator < 0 && (start == end || text[start] != '/'))
        {
            Report(start, end - start, start == end ? "it names nothing; write vde:// for the default switch" : $"{Quoted.Text(text[start..end])} has no scheme; a locator is scheme://argument, for example vde:///tmp/mysw");
            return null;
        }

        string scheme = separator < 0 ? "vde" : text[start..separator];
        int argument = separator < 0 ? start : separator + UvdelParser.Separator.Length;
        if (UvdelSchemes.Find(scheme) is not { } known)
        {
            string near = EditDistance.Nearest(scheme.Length <= 64 ? scheme : scheme[..64], [.. UvdelSchemes.All.Select(one => one.Name)]) is { } name ? $"did you mean '{name}'? Known" : "known";
            string all = string.Join(", ", UvdelSchemes.All.Select(one => one.Name).Order(StringComparer.Ordinal));
            Report(start, Math.Max(1, scheme.Length), $"there is no scheme {Quoted.Text(scheme)}; {near}: {all}; {ForeignScheme.Hint(scheme)}");
            return null;
        }

        int own = end;
        Uvdel? nested = null;
        if (known.TakesNested)
        {
            own = UvdelScanner.First(text, argument, end, "{");
            nested = ReadNested(known, own, end, depth);
        }
        else if (known.Form != UvdelForm.Raw && UvdelScanner.First(text, argument, end, "{}") is var brace && brace < end)
        {
            Report(brace, end - brace, $"{scheme}:// takes nothing in braces; a brace of its own is written %{(int)text[brace]:x2}");
            own = brace;
        }

        Uvdel read = new(scheme, "", [], nested) { At = new UvdelSpan(start, end - start) };
        if (known.Form != UvdelForm.Raw && UvdelScanner.Unterminated(text, argument, own) is >= 0 and int open)
        {
            Report(open, own - open, text[open] == '\\' ? "nothing follows the backslash" : "the quote is not closed");
            return null;
        }

        int before = Problems.Count;
        read = known.Form switch
        {
            UvdelForm.Slash => ReadSlash(argument, own, read, known),
            UvdelForm.Bracket => ReadBracket(argument, own, read, known),
            _ => read with { Argument = text[argument..own], ArgumentAt = new UvdelSpan(argument, own - argument) },
        };
        CheckArgument(read, known);
        if (Problems.Count == before)
        {
            Problems.AddRange(known.Check?.Invoke(read) ?? []);
        }

        return read;
    }

    Uvdel? ReadNested(UvdelScheme scheme, int brace, int end, int depth)
    {
        if (brace == end)
        {
            Report(Math.Max(0, end - 1), 1, $"{scheme.Name}:// needs a locator in braces; for example {scheme.Example}");
            return null;
        }

        int close = UvdelScanner.Last(text, brace + 1, end, '}');
        if (close < 0)
        {
            Report(brace, end - brace, "the brace is not closed");
            return null;
        }

        if (close + 1 < end)
        {
            Report(close + 1, end - close - 1, $"{Quoted.Text(text[(close + 1)..end])} behind the brace belongs to nothing");
        }

        return Read(brace + 1, close, depth + 1);
    }

    Uvdel ReadSlash(int start, int end, Uvdel read, UvdelScheme scheme)
    {
        int slash = UvdelScanner.First(text, start, end, "/");
        return WithParameters(Math.Min(slash + 1, end), end, WithArgument(start, slash, read), scheme);
    }

    Uvdel ReadBracket(int start, int end, Uvdel read, UvdelScheme scheme)
    {
        int bracket = UvdelScanner.First(text, start, end, "[]");
        Uvdel named = WithArgument(start, bracket, read);
        if (bracket == end)
        {
            return named;
        }

        int close = UvdelScanner.Last(text, bracket + 1, end, ']');
        if (text[bracket] == ']' || close < 0)
        {
            Report(bracket, end - bracket, text[bracket] == ']' ? "the bracket was not opened; one of its own is written %5d" : "the bracket is not closed");
            return named;
        }

        if (close + 1 < end)
        {
            Report(close + 1, end - close - 1, $"{Quoted.Text(text[(close + 1)..end])} behind the bracket belongs to nothing");
        }

        return WithParameters(bracket + 1, close, named, scheme);
    }

    Uvdel WithArgument(int start, int end, Uvdel read) =>
        read with { Argument = Decode(start, end), ArgumentAt = new UvdelSpan(start, end - start) };

    string Decode(int start, int end)
    {
        if (text.AsSpan(start, end - start).IndexOf("%00") is >= 0 and int nul)
        {
            Report(start + nul, 3, "%00 would end the value here");
        }

        return UvdelScanner.Decode(text, start, end);
    }

    Uvdel WithParameters(int start, int end, Uvdel read, UvdelScheme scheme)
    {
        ImmutableArray<UvdelParameter>.Builder parameters = ImmutableArray.CreateBuilder<UvdelParameter>();
        for (int at = start; at < end || (at == end && at > start && text[at - 1] == '/');)
        {
            int stop = UvdelScanner.First(text, at, end, "/");
            UvdelSpan span = new(at, stop - at);
            if (ReadParameter(Decode(at, stop), span, scheme) is { } parameter)
            {
                if (parameters.Any(known => known.Name == parameter.Name))
                {
                    Report(span, $"{Quoted.Text(parameter.Name)} stands twice");
                }

                parameters.Add(parameter);
            }

            at = stop + 1;
        }

        return read with { Parameters = parameters.ToImmutable() };
    }

    UvdelParameter? ReadParameter(string token, UvdelSpan span, UvdelScheme scheme)
    {
        int equals = token.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? token : token[..equals];
        string value = equals < 0 ? "" : token[(equals + 1)..];
        if (key.Length == 0)
        {
            Report(span, "a parameter without a name; remove it");
            return null;
        }

        UvdelParameterSchema? schema = scheme.Parameters.FirstOrDefault(parameter => parameter.Name == key);
        if (schema is null && equals < 0 && scheme.Parameters.FirstOrDefault(parameter => parameter.Name.Length == 0) is { } anonymous
            && !scheme.Parameters.Any(parameter => parameter.Name.StartsWith(key, StringComparison.Ordinal)))
        {
            schema = anonymous;
            (key, value) = ("", token);
        }

        if (schema is null)
        {
            Report(span, Unknown(key, scheme));
            return null;
        }

        string? wrong = schema.ValueText is null
            ? value.Length > 0 ? "takes no value: it is there or not" : null
            : schema.Check is { } check ? check(value) : value.Length == 0 ? $"needs a value: {schema.ValueText}" : null;
        if (wrong is not null)
        {
            Report(span, key.Length == 0 ? wrong : $"{key}: {wrong}");
        }

        return new UvdelParameter(key, value) { At = span };
    }

    static string Unknown(string key, UvdelScheme scheme)
    {
        string[] names = [.. scheme.Parameters.Select(parameter => parameter.Name).Where(name => name.Length > 0)];
        string? meant = names.FirstOrDefault(name => name.StartsWith(key, StringComparison.Ordinal)) ?? (key.Length <= 64 ? EditDistance.Nearest(key, names) : null);
        string hint = meant is not null ? $"did you mean '{meant}'?" : names.Length == 0 ? "it takes none" : $"known: {string.Join(", ", names)}";
        return $"{scheme.Name}:// has no parameter {Quoted.Text(key)}; {hint}";
    }

    void CheckArgument(Uvdel read, UvdelScheme scheme)
    {
        UvdelSpan at = read.ArgumentAt.Length > 0 ? read.ArgumentAt : read.At;
        string? wrong = (read.Argument.Length, scheme) switch
        {
            (0, { ArgumentText: null } or { ArgumentDefault: not null }) => null,
            (0, _) => $"{scheme.Name}:// needs {scheme.ArgumentText}; for example {scheme.Example}",
            (_, { ArgumentText: null }) => $"{scheme.Name}:// takes nothing here, not {Quoted.Text(read.Argument)}",
            _ => scheme.CheckArgument?.Invoke(read.Argument),
        };
        if (wrong is not null)
        {
            Report(at, wrong);
        }
    }

    void Report(int start, int length, string message) => Report(new UvdelSpan(start, length), message);

    void Report(UvdelSpan at, string message) => Problems.Add(new UvdelProblem(at with { Length = Math.Max(1, at.Length) }, message));
}
