"""spam.py --program PATH --corpus FOLDER   our classifier and others, trained and tested in the same run on the same mails.

- threshold: the score from which each filter itself calls a mail spam; caught and false positives are counted there.
- caught at 0.1 %: what is caught when at most one ham of a thousand may score as high, whatever the threshold.
- area: of the ROC curve, as its distance from 1 in percent; log-loss of the scores taken for probabilities, bounded to 1e-6.
- mails/s: by processor time on one core, reading of the files included; memory: highest resident set (Rspamd: proportional set of it
  and Redis at the end).

Splits: `train` is learned and `dev` tested. With --validate nothing of `dev` is touched: every filter is tested on each fifth of `train`
after learning the other four, and that is what settings may be chosen by.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import corpus
import engines
import figures


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="BayesBenchmark, a release build")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the mail-*.tar.zst archives")
    parser.add_argument("--unpacked", type=Path, help="where they are or will be unpacked; a temporary folder otherwise")
    parser.add_argument("--validate", action="store_true", help="five-fold within train, instead of dev")
    parser.add_argument("--without-lists", action="store_true", help="take list, route and signature fields off all mails first")
    parser.add_argument("--samples", type=int, help="learn only so many of each kind")
    parser.add_argument("--only", default="ours,bogofilter,spamassassin,rspamd")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write everything measured there")
    return parser.parse_args()


def plans(options, unpacked):
    """What is learned and what is tested, one pair for each run."""
    learned = corpus.mails(unpacked, "train")
    if not options.validate:
        yield learned, corpus.mails(unpacked, "dev")
        return
    for fold in range(options.folds):
        yield [mail for mail in learned if mail.group % options.folds != fold], [mail for mail in learned if mail.group % options.folds == fold]


def evenly(mails, count):
    return mails if count is None or count >= len(mails) else [mails[place * len(mails) // count] for place in range(count)]


def measure(engine, options, unpacked, folder):
    total, tested_mails = engines.Run(), []
    for place, (learned, tested) in enumerate(plans(options, unpacked)):
        if options.without_lists:
            learned, tested = ([corpus.stripped(mail, folder / "stripped") for mail in part] for part in (learned, tested))
        ham = evenly([mail for mail in learned if not mail.is_spam], options.samples)
        spam = evenly([mail for mail in learned if mail.is_spam], options.samples)
        own = folder / f"{engine.name.split()[0]}-{place}"
        own.mkdir(parents=True)
        result = engine.measure(ham, spam, tested, own)
        total.scores.update(result.scores)
        total.learn_seconds += result.learn_seconds / len(ham + spam)
        total.score_seconds += result.score_seconds
        total.peak_mib = max(total.peak_mib, result.peak_mib)
        tested_mails += tested
    return total, tested_mails


def row(engine, result, tested):
    missing = [mail for mail in tested if str(mail.path) not in result.scores]
    if missing:
        raise RuntimeError(f"{engine.name} gave no score to {len(missing)} mails")
    ham = [result.scores[str(mail.path)] for mail in tested if not mail.is_spam]
    spam = [result.scores[str(mail.path)] for mail in tested if mail.is_spam]
    caught, wrong = figures.at_threshold(ham, spam, engine.threshold)
    sets = {}
    for name in corpus.sets:
        part = [mail for mail in tested if mail.set == name]
        sets[name] = {
            kind: [sum(result.scores[str(mail.path)] >= engine.threshold for mail in part if mail.is_spam == is_spam),
                   sum(mail.is_spam == is_spam for mail in part)]
            for kind, is_spam in (("caught", True), ("false", False))}
    return {
        "filter": engine.name, "ham": len(ham), "spam": len(spam), "threshold": engine.threshold, "caught": caught, "false_positives": wrong,
        "caught_at_0.1%": figures.caught_at(ham, spam, 0.001), "1-area": 1 - figures.roc_area(ham, spam),
        "log_loss": figures.log_loss(ham, spam), "mails_per_second": len(tested) / result.score_seconds,
        "memory_mib": result.peak_mib, "sets": sets}


def show(rows):
    print(f"{'filter':20} {'ham':>5} {'spam':>5} {'at':>5} {'caught':>8} {'false':>8} {'at 0.1 %':>9} {'1-area':>9} {'log-loss':>9} "
          f"{'mails/s':>8} {'MiB':>6}")
    for each in rows:
        print(f"{each['filter']:20} {each['ham']:5} {each['spam']:5} {each['threshold']:5} {each['caught']:8.2%} {each['false_positives']:8.3%} "
              f"{each['caught_at_0.1%']:9.2%} {each['1-area']:9.4%} {each['log_loss']:9.4f} {each['mails_per_second']:8.0f} {each['memory_mib']:6.0f}")
    for each in rows:
        parts = [f"{name.removeprefix('mail-')} caught {part['caught'][0]}/{part['caught'][1]} false {part['false'][0]}/{part['false'][1]}"
                 for name, part in each["sets"].items()]
        print(f"  {each['filter']}: " + "; ".join(parts))


def main():
    options = arguments()
    everyone = {"ours": engines.Ours(options.program), "bogofilter": engines.Bogofilter(), "spamassassin": engines.SpamAssassin(),
                "rspamd": engines.Rspamd()}
    rows, failed = [], []
    with tempfile.TemporaryDirectory(prefix="bench-spam-") as temporary:
        unpacked = options.unpacked or Path(temporary) / "corpus"
        corpus.unpack(options.corpus, unpacked)
        for name in options.only.split(","):
            engine = everyone[name]
            absent = engine.missing()
            if absent:
                print(f"{engine.name}: left out, {absent}", file=sys.stderr)
                continue
            try:
                rows.append(row(engine, *measure(engine, options, unpacked, Path(temporary))))
            except (OSError, RuntimeError, ValueError, KeyError) as failure:
                # The others' minutes of work are still worth showing; the exit status tells.
                failed.append(name)
                print(f"{engine.name}: failed, {failure!r}", file=sys.stderr)
                continue
            print(f"{engine.name}: done", file=sys.stderr)
    show(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2))
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
