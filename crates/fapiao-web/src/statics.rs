//! `/static/{hash}/{path}`: the files inside the binary.

use crate::{
    assets::{self, IMMUTABLE},
    problem::{Kind, Problem, Said},
};
use actix_web::{HttpResponse, http::header, web};

/// One file. Under the hash of this build it may be kept for ever.
pub(crate) async fn show(path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (hash, path) = path.into_inner();
    let Some((asset, is_current)) = assets::find(&hash, &path) else {
        let said = Said::new(
            format!("there is no file {path}"),
            format!("没有文件 {path}"),
        );
        return Err(Problem::new(Kind::NotFound, said));
    };
    let keep = if is_current { IMMUTABLE } else { "no-store" };
    Ok(HttpResponse::Ok()
        .content_type(asset.content_type())
        .insert_header((header::CACHE_CONTROL, keep))
        .body(asset.bytes))
}
