//! The demo model on the demo's reports.

use std::time::Instant;

use super::*;

#[derive(serde::Deserialize)]
struct Report {
    id: String,
    language: savoir_models::text::Language,
    spoken_text: String,
    error_codes: Vec<String>,
    audio: Vec<PathBuf>,
}

#[tokio::test]
async fn the_demo_reports_are_heard_with_their_error_codes() {
    let (Some(bench), Some(demo)) = (Bench::new(), demo()) else { return };
    let whisper = bench.whisper();
    let reports: Vec<Report> = serde_json::from_slice(&std::fs::read(demo.join("reports.json")).unwrap()).unwrap();
    let (mut spent, mut length, mut wrong, mut all) = (0.0, 0.0, 0, 0);
    for report in &reports {
        for audio in &report.audio {
            let start = Instant::now();
            let heard = hear(&whisper, &demo.join(audio)).await.unwrap();
            let took = start.elapsed().as_secs_f64();
            let (told, got) = (words(&report.spoken_text), words(&text(&heard)));
            let errors = distance(&told, &got);
            let codes = report.error_codes.iter().filter(|c| text(&heard).contains(*c)).count();
            println!(
                "{:18} {} {errors:3}/{:3} = {:5.1} %  codes {codes}/{}  {took:.2} s for {:.1} s  {} segments",
                audio.display(),
                heard.language,
                told.len(),
                100.0 * errors as f64 / told.len() as f64,
                report.error_codes.len(),
                heard.duration_ms as f64 / 1000.0,
                heard.segments.len(),
            );
            if std::env::var_os("SHOW").is_some() {
                println!("   {}\n   {}", report.spoken_text, text(&heard));
            }
            spent += took;
            length += heard.duration_ms as f64 / 1000.0;
            wrong += errors;
            all += told.len();
            assert_eq!(heard.language, report.language, "{}", report.id);
        }
    }
    println!("word error rate {:.2} %, real-time factor {:.3}", 100.0 * wrong as f64 / all as f64, spent / length);
}
