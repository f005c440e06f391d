#!/usr/bin/perl
# Verifies a proof of `guichetd audit prove` with nothing of Guichet: SHA-256, the two algorithms of
# RFC 9162 (2.1.3.2 and 2.1.4.2), and openssl for Ed25519. What it needs to know is in net/audit.md.
#
#   audit_proof.pl PROOF [KEPT-HEAD]
#
# Prints what it found and ends with 0 when all of it holds. With a kept head, the proof must lead
# from that one.
use strict;
use warnings;
use Digest::SHA qw(sha256);
use File::Temp qw(tempdir);
use JSON::PP;

sub read_json {
    my ($path) = @_;
    open(my $file, '<:raw', $path) or die "$path: $!\n";
    local $/;
    return decode_json(<$file>);
}

sub wrong { print "$_[0]\n"; exit 1 }
sub node  { return sha256("\x01" . $_[0] . $_[1]) }
sub bytes { my ($hex) = @_; wrong('no hash: ' . $hex) unless $hex =~ /^[0-9a-f]{64}$/; return pack('H*', $hex) }

# The hash that a leaf and its path lead to; undef when the path is of another length.
sub inclusion_root {
    my ($hash, $index, $size, @path) = @_;
    my ($fn, $sn) = ($index, $size - 1);
    for my $part (@path) {
        return undef if $sn == 0;
        if ($fn & 1 or $fn == $sn) {
            $hash = node($part, $hash);
            until ($fn & 1 or $fn == 0) { $fn >>= 1; $sn >>= 1 }
        } else {
            $hash = node($hash, $part);
        }
        $fn >>= 1;
        $sn >>= 1;
    }
    return $sn == 0 ? $hash : undef;
}

# The two roots that a consistency proof leads to.
sub consistency_roots {
    my ($old, $old_root, $size, @path) = @_;
    return ($old_root, $old_root) if $old == $size and !@path;
    unshift @path, $old_root if ($old & ($old - 1)) == 0;
    my ($fn, $sn) = ($old - 1, $size - 1);
    while ($fn & 1) { $fn >>= 1; $sn >>= 1 }
    my $fr = my $sr = shift @path;
    for my $part (@path) {
        return () if $sn == 0;
        if ($fn & 1 or $fn == $sn) {
            $fr = node($part, $fr);
            $sr = node($part, $sr);
            until ($fn & 1 or $fn == 0) { $fn >>= 1; $sn >>= 1 }
        } else {
            $sr = node($sr, $part);
        }
        $fn >>= 1;
        $sn >>= 1;
    }
    return $sn == 0 ? ($fr, $sr) : ();
}

sub check_signature {
    my ($head) = @_;
    check_signed($head->{key}, $head->{signature},
        "guichet audit head 1\n$head->{feed}\n$head->{size}\n$head->{root}\n$head->{at}\n");
}

# From a key that was known to the one of today: each is signed by the one before it.
sub follow_keys {
    my ($key, $feed, @changes) = @_;
    for my $change (@changes) {
        wrong('a change of the key is not of this one') if $change->{old} ne $key;
        check_signed($key, $change->{signature},
            "guichet audit key 1\n$feed\n$change->{size}\n$key\n$change->{new}\n$change->{at}\n");
        $key = $change->{new};
    }
    return $key;
}

sub check_signed {
    my ($key, $signature, $message) = @_;
    my $folder = tempdir(CLEANUP => 1);
    my %files = (
        message   => $message,
        signature => pack('H*', $signature),
        key       => pack('H*', '302a300506032b6570032100' . $key),
    );
    for my $name (keys %files) {
        open(my $file, '>:raw', "$folder/$name") or die $!;
        print $file $files{$name};
        close $file;
    }
    my @command = ('openssl', 'pkeyutl', '-verify', '-rawin', '-pubin', '-keyform', 'DER', '-inkey',
        "$folder/key", '-sigfile', "$folder/signature", '-in', "$folder/message");
    open(my $out, '-|', @command) or die "openssl: $!\n";
    my $said = join '', <$out>;
    close $out;
    wrong('a head, or a change of the key, is not signed by the key that it names') if $? != 0;
}

my $proof = read_json($ARGV[0]);
my $head = $proof->{head};
my $entry = $proof->{entry};
utf8::encode($entry);
my $leaf = sha256("\x00" . $entry);
wrong('the hash is not of this entry') if unpack('H*', $leaf) ne $proof->{hash};
# The entry says its own number: second of its netstrings.
$entry =~ /^15:guichet-audit-[12],\d+:(\d+),/ or wrong('this is no entry');
wrong('the entry is another one') if $1 != $proof->{number};
my $root = inclusion_root($leaf, $proof->{number} - 1, $head->{size},
    map { bytes($_) } @{$proof->{inclusion}});
wrong('the entry is not in the tree of the head')
    unless defined $root and unpack('H*', $root) eq $head->{root};
check_signature($head);
print "entry $proof->{number} is in the trail of $head->{size} entries\n";

if (@ARGV > 1) {
    my $kept = read_json($ARGV[1]);
    wrong('the kept head is another database\'s') if $kept->{feed} ne $head->{feed};
    wrong('the kept head is signed by another key')
        if follow_keys($kept->{key}, $head->{feed}, @{$proof->{keys} || []}) ne $head->{key};
    check_signature($kept);
    my ($old, $new) = consistency_roots($kept->{size}, bytes($kept->{root}), $head->{size},
        map { bytes($_) } @{$proof->{consistency} || []});
    wrong('the trail did not grow out of the kept head')
        unless defined $old and unpack('H*', $old) eq $kept->{root}
        and unpack('H*', $new) eq $head->{root};
    print "it only grew since it had $kept->{size}\n";
}
