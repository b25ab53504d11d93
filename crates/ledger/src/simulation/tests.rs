use super::run;

#[test]
fn runs_with_faults_agree_with_the_model() {
    for seed in 0..20 {
        run(seed, 600);
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(run(7, 500), run(7, 500));
    assert_ne!(run(7, 500).digest, run(8, 500).digest);
}
