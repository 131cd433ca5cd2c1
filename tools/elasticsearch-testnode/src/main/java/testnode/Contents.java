package testnode;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.elasticsearch.common.logging.LogConfigurator;

/**
 * Prints every term and every stored field of every index below a data folder, those of deleted documents included,
 * a line each: on the disk both are compressed, so no search of the files finds them.
 */
public final class Contents {
    public static void main(String[] args) throws IOException {
        LogConfigurator.configureESLogging(); // what reads Elasticsearch's own file formats has a logger
        List<Path> indexes;
        try (Stream<Path> below = Files.walk(Path.of(args[0]))) {
            indexes = below.filter(path -> path.getFileName().toString().startsWith("segments_"))
                .map(Path::getParent).distinct().toList();
        }
        try (OutputStream out = new BufferedOutputStream(System.out)) {
            for (Path index : indexes) {
                try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
                    for (LeafReaderContext leaf : reader.leaves()) {
                        printTerms(leaf.reader(), out);
                        printStored(leaf.reader(), out);
                    }
                }
            }
        }
    }

    private static void printTerms(LeafReader segment, OutputStream out) throws IOException {
        for (FieldInfo field : segment.getFieldInfos()) {
            Terms terms = segment.terms(field.name);
            if (terms == null) {
                continue;
            }
            TermsEnum each = terms.iterator();
            for (BytesRef term = each.next(); term != null; term = each.next()) {
                print(term, out);
            }
        }
    }

    private static void printStored(LeafReader segment, OutputStream out) throws IOException {
        for (int number = 0; number < segment.maxDoc(); number++) {
            for (IndexableField field : segment.storedFields().document(number)) {
                BytesRef bytes = field.binaryValue();
                print(bytes != null ? bytes : new BytesRef(field.stringValue()), out);
            }
        }
    }

    private static void print(BytesRef text, OutputStream out) throws IOException {
        out.write(text.bytes, text.offset, text.length);
        out.write('\n');
    }
}
