# bayes.pl learn|score FOLDER [HAM-LIST SPAM-LIST | LIST]   SpamAssassin's Bayes and nothing else of it, in one process as in bulk mode.
use strict;
use warnings;
use Mail::SpamAssassin;

my ($command, $folder, @lists) = @ARGV;
my $rules = join "\n", 'loadplugin Mail::SpamAssassin::Plugin::Check', 'loadplugin Mail::SpamAssassin::Plugin::Bayes', 'use_bayes 1',
    'use_learner 1', 'use_bayes_rules 1', 'bayes_auto_learn 0', 'bayes_auto_expire 0', 'bayes_learn_to_journal 0', "bayes_path $folder/bayes", 'report_safe 0',
    "body BAYES_99 eval:check_bayes('0.99', '1.00')", 'tflags BAYES_99 learn', 'score BAYES_99 0 0 3.5 3.5', '';
# Which top-level domains there are, as Debian ships them.
if (open my $domains, '<', '/usr/share/spamassassin/20_aux_tlds.cf') { local $/; $rules .= <$domains>; }
my $assassin = Mail::SpamAssassin->new({
    config_text => $rules, local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null', userstate_dir => $folder,
    username => 'bench',
});
$assassin->init(1);

sub paths { open my $list, '<', $_[0] or die "$_[0]: $!"; chomp(my @paths = <$list>); return map { (split /\t/)[0] } @paths }
sub mail {
    open my $file, '<:raw', $_[0] or die "$_[0]: $!";
    local $/;
    return $assassin->parse(scalar <$file>);
}

if ($command eq 'learn') {
    $assassin->init_learner({ caller_will_untie => 1 });
    for my $kind (0, 1) {
        for my $path (paths($lists[$kind])) {
            my $mail = mail($path);
            $assassin->learn($mail, undef, $kind, 0)->finish;
            $mail->finish;
        }
    }
    $assassin->rebuild_learner_caches;
    $assassin->finish_learner;
} else {
    for my $path (paths($lists[0])) {
        my $mail = mail($path);
        my $status = $assassin->check($mail);
        # 0.5 is what it says itself when it has no opinion.
        print $status->{bayes_score} // 0.5, "\t$path\n";
        $status->finish;
        $mail->finish;
    }
}
