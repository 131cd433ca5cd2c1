package testnode;

import java.io.Reader;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.path.PathHierarchyTokenizer;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerScope;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** The better known part of analysis-common, under Elasticsearch's names, settings and defaults. */
final class CommonAnalysis {
    private CommonAnalysis() {}

    @SuppressWarnings("deprecation") // TruncateTokenFilter
    static Map<String, AnalysisProvider<TokenFilterFactory>> tokenFilters() {
        Map<String, AnalysisProvider<TokenFilterFactory>> all = new HashMap<>();
        // one token in, one token out and no stemming: these may also be used in a normalizer
        normalizing(all, "lowercase", s -> LowerCaseFilter::new);
        normalizing(all, "uppercase", s -> UpperCaseFilter::new);
        normalizing(all, "trim", s -> TrimFilter::new);
        normalizing(all, "asciifolding", s -> {
            boolean keep = s.getAsBoolean("preserve_original", false);
            return in -> new ASCIIFoldingFilter(in, keep);
        });
        normalizing(all, "pattern_replace", s -> {
            Pattern pattern = Pattern.compile(s.get("pattern", ""));
            String replacement = s.get("replacement", "");
            boolean everyMatch = s.getAsBoolean("all", true);
            return in -> new PatternReplaceFilter(in, pattern, replacement, everyMatch);
        });
        plain(all, "porter_stem", s -> PorterStemFilter::new);
        plain(all, "kstem", s -> KStemFilter::new);
        plain(all, "snowball", s -> snowball(s.get("language", "English")));
        plain(all, "stemmer", s -> stemmer(s.get("language", s.get("name", "porter"))));
        plain(all, "reverse", s -> ReverseStringFilter::new);
        plain(all, "remove_duplicates", s -> RemoveDuplicatesTokenFilter::new);
        plain(all, "length", s -> {
            int min = s.getAsInt("min", 0), max = s.getAsInt("max", Integer.MAX_VALUE);
            return in -> new LengthFilter(in, min, max);
        });
        plain(all, "truncate", s -> {
            int length = s.getAsInt("length", 10);
            return in -> new TruncateTokenFilter(in, length);
        });
        plain(all, "edge_ngram", s -> {
            int min = s.getAsInt("min_gram", 1), max = s.getAsInt("max_gram", 2);
            boolean keep = s.getAsBoolean("preserve_original", false);
            return in -> new EdgeNGramTokenFilter(in, min, max, keep);
        });
        plain(all, "ngram", s -> {
            int min = s.getAsInt("min_gram", 1), max = s.getAsInt("max_gram", 2);
            boolean keep = s.getAsBoolean("preserve_original", false);
            return in -> new NGramTokenFilter(in, min, max, keep);
        });
        plain(all, "pattern_capture", s -> {
            boolean keep = s.getAsBoolean("preserve_original", true);
            Pattern[] patterns = s.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
            return in -> new PatternCaptureGroupTokenFilter(in, keep, patterns);
        });
        plain(all, "word_delimiter_graph", s -> {
            int flags = flag(s, "generate_word_parts", true, WordDelimiterGraphFilter.GENERATE_WORD_PARTS)
                | flag(s, "generate_number_parts", true, WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS)
                | flag(s, "catenate_words", false, WordDelimiterGraphFilter.CATENATE_WORDS)
                | flag(s, "catenate_numbers", false, WordDelimiterGraphFilter.CATENATE_NUMBERS)
                | flag(s, "catenate_all", false, WordDelimiterGraphFilter.CATENATE_ALL)
                | flag(s, "split_on_case_change", true, WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE)
                | flag(s, "split_on_numerics", true, WordDelimiterGraphFilter.SPLIT_ON_NUMERICS)
                | flag(s, "preserve_original", false, WordDelimiterGraphFilter.PRESERVE_ORIGINAL)
                | flag(s, "stem_english_possessive", true, WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE);
            return in -> new WordDelimiterGraphFilter(in, flags, CharArraySet.EMPTY_SET);
        });
        return all;
    }

    private static int flag(Settings settings, String name, boolean byDefault, int bit) {
        return settings.getAsBoolean(name, byDefault) ? bit : 0;
    }

    private static Function<TokenStream, TokenStream> stemmer(String language) {
        return switch (language.toLowerCase(Locale.ROOT)) {
            case "english", "porter" -> PorterStemFilter::new;
            case "porter2" -> snowball("English");
            case "light_english", "kstem" -> KStemFilter::new;
            case "minimal_english" -> EnglishMinimalStemFilter::new;
            case "possessive_english" -> EnglishPossessiveFilter::new;
            default -> snowball(language);
        };
    }

    private static Function<TokenStream, TokenStream> snowball(String language) {
        String name = language.substring(0, 1).toUpperCase(Locale.ROOT) + language.substring(1).toLowerCase(Locale.ROOT);
        return in -> new SnowballFilter(in, name);
    }

    private static void normalizing(
        Map<String, AnalysisProvider<TokenFilterFactory>> all, String type, Function<Settings, Function<TokenStream, TokenStream>> make) {
        record Factory(String name, Function<TokenStream, TokenStream> filter) implements NormalizingTokenFilterFactory {
            @Override
            public TokenStream create(TokenStream in) {
                return filter.apply(in);
            }
        }
        all.put(type, (index, environment, name, settings) -> new Factory(name, make.apply(settings)));
    }

    private static void plain(
        Map<String, AnalysisProvider<TokenFilterFactory>> all, String type, Function<Settings, Function<TokenStream, TokenStream>> make) {
        record Factory(String name, Function<TokenStream, TokenStream> filter) implements TokenFilterFactory {
            @Override
            public TokenStream create(TokenStream in) {
                return filter.apply(in);
            }
        }
        all.put(type, (index, environment, name, settings) -> new Factory(name, make.apply(settings)));
    }

    static Map<String, AnalysisProvider<TokenizerFactory>> tokenizers() {
        Map<String, AnalysisProvider<TokenizerFactory>> all = new HashMap<>();
        tokenizer(all, "keyword", s -> KeywordTokenizer::new);
        tokenizer(all, "whitespace", s -> WhitespaceTokenizer::new);
        tokenizer(all, "letter", s -> LetterTokenizer::new);
        tokenizer(all, "uax_url_email", s -> UAX29URLEmailTokenizer::new);
        tokenizer(all, "path_hierarchy", s -> {
            char delimiter = s.get("delimiter", "/").charAt(0);
            return () -> new PathHierarchyTokenizer(delimiter, delimiter, 0);
        });
        tokenizer(all, "pattern", s -> {
            Pattern pattern = Pattern.compile(s.get("pattern", "\\W+"));
            int group = s.getAsInt("group", -1);
            return () -> new PatternTokenizer(pattern, group);
        });
        tokenizer(all, "edge_ngram", s -> {
            if (s.hasValue("token_chars")) {
                throw new IllegalArgumentException("token_chars needs Elasticsearch's analysis-common module");
            }
            int min = s.getAsInt("min_gram", 1), max = s.getAsInt("max_gram", 2);
            return () -> new EdgeNGramTokenizer(min, max);
        });
        return all;
    }

    private static void tokenizer(
        Map<String, AnalysisProvider<TokenizerFactory>> all, String type, Function<Settings, Supplier<Tokenizer>> make) {
        all.put(type, (index, environment, name, settings) -> TokenizerFactory.newFactory(name, make.apply(settings)));
    }

    static Map<String, AnalysisProvider<CharFilterFactory>> charFilters() {
        record Plain(String name, Function<Reader, Reader> filter) implements CharFilterFactory {
            @Override
            public Reader create(Reader in) {
                return filter.apply(in);
            }
        }
        record Normalizing(String name, Function<Reader, Reader> filter) implements NormalizingCharFilterFactory {
            @Override
            public Reader create(Reader in) {
                return filter.apply(in);
            }
        }
        return Map.of(
            "html_strip", (index, environment, name, settings) -> {
                Set<String> kept = Set.copyOf(settings.getAsList("escaped_tags"));
                return new Plain(name, in -> new HTMLStripCharFilter(in, kept));
            },
            "pattern_replace", (index, environment, name, settings) -> {
                Pattern pattern = Pattern.compile(settings.get("pattern", ""));
                String replacement = settings.get("replacement", "");
                return new Normalizing(name, in -> new PatternReplaceCharFilter(pattern, replacement, in));
            },
            "mapping", (index, environment, name, settings) -> {
                NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
                for (String rule : settings.getAsList("mappings")) {
                    String[] sides = rule.split("=>", 2);
                    map.add(sides[0].strip(), sides[1].strip());
                }
                NormalizeCharMap built = map.build();
                return new Normalizing(name, in -> new MappingCharFilter(built, in));
            });
    }

    static Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> analyzers() {
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all = new HashMap<>();
        language(all, "english", EnglishAnalyzer.getDefaultStopSet(), EnglishAnalyzer::new);
        language(all, "french", FrenchAnalyzer.getDefaultStopSet(), FrenchAnalyzer::new);
        language(all, "german", GermanAnalyzer.getDefaultStopSet(), GermanAnalyzer::new);
        language(all, "italian", ItalianAnalyzer.getDefaultStopSet(), ItalianAnalyzer::new);
        language(all, "portuguese", PortugueseAnalyzer.getDefaultStopSet(), PortugueseAnalyzer::new);
        language(all, "spanish", SpanishAnalyzer.getDefaultStopSet(), SpanishAnalyzer::new);
        return all;
    }

    private static void language(
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all, String type,
        CharArraySet stopWords, BiFunction<CharArraySet, CharArraySet, Analyzer> make) {
        record Provider(String name, Analyzer get) implements AnalyzerProvider<Analyzer> {
            @Override
            public AnalyzerScope scope() {
                return AnalyzerScope.INDEX;
            }
        }
        all.put(type, (index, environment, name, settings) -> new Provider(name, make.apply(
            Analysis.parseStopWords(environment, settings, stopWords),
            Analysis.parseStemExclusion(settings, CharArraySet.EMPTY_SET))));
    }
}
