//! Signing in, staying signed in, signing out.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::Limiter;
use super::answer;
use super::extract::{Json, NoQuery, Query};
use super::openapi::{ReadProblems, SignInProblems};
use super::problem::request_id;
use crate::actions::Caller;
use crate::actions::sessions::{self, SignedIn};
use crate::app::App;
use crate::domain::access::Role;
use crate::domain::fault::Faults;
use crate::error::Result;

/// Address and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// Address of the account.
    #[schema(example = "isb@offenburg.example")]
    email: String,
    /// Password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// As answered by the last sign-in or refresh.
    #[schema(value_type = String, format = Password)]
    refresh_token: SecretString,
}

/// Tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginResponse {
    /// For the header `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: String,
    /// Seconds that the access token lives.
    #[schema(example = 600)]
    expires_in: i64,
    /// Good for one refresh; a second use ends the session.
    refresh_token: String,
}

impl From<SignedIn> for LoginResponse {
    fn from(signed_in: SignedIn) -> Self {
        LoginResponse {
            access_token: signed_in.access_token,
            token_type: "Bearer".to_owned(),
            expires_in: signed_in.expires_in,
            refresh_token: signed_in.refresh_token.expose_secret().to_owned(),
        }
    }
}

/// Sign in.
#[utoipa::path(tag = "auth", operation_id = "login", request_body = LoginRequest,
    responses((status = 200, description = "Tokens", body = LoginResponse), SignInProblems))]
#[post("/auth/login")]
pub async fn login(
    request: HttpRequest,
    app: web::Data<App>,
    limiter: web::Data<Limiter>,
    _: Query<NoQuery>,
    body: Json<LoginRequest>,
) -> Result<HttpResponse> {
    limiter.count_sign_in(&request)?;
    let LoginRequest { email, password } = body.0;
    let mut faults = Faults::new();
    faults.text("/email", &email, 1, 254);
    // Only bounded: what a wrong password looks like is nobody's business.
    if password.expose_secret().len() > 4 * crate::auth::password::MAX_LENGTH {
        faults.text(
            "/password",
            &"x".repeat(crate::auth::password::MAX_LENGTH + 1),
            0,
            crate::auth::password::MAX_LENGTH,
        );
    }
    faults.finish()?;
    let signed_in = sessions::login(&app, email, password, request_id(&request)).await?;
    Ok(HttpResponse::Ok().json(LoginResponse::from(signed_in)))
}

/// Exchange a refresh token for new tokens.
#[utoipa::path(tag = "auth", operation_id = "refresh", request_body = RefreshRequest,
    responses((status = 200, description = "Tokens", body = LoginResponse), SignInProblems))]
#[post("/auth/refresh")]
pub async fn refresh(
    request: HttpRequest,
    app: web::Data<App>,
    limiter: web::Data<Limiter>,
    _: Query<NoQuery>,
    body: Json<RefreshRequest>,
) -> Result<HttpResponse> {
    limiter.count_refresh(&request)?;
    let (token, request_id) = (body.0.refresh_token, request_id(&request));
    let signed_in = app
        .blocking(move |app| sessions::refresh(app, &token, &request_id))
        .await?;
    Ok(HttpResponse::Ok().json(LoginResponse::from(signed_in)))
}

/// End the session at once.
#[utoipa::path(tag = "auth", operation_id = "logout", security(("bearer" = [])),
    responses((status = 204, description = "Ended"), ReadProblems))]
#[post("/auth/logout")]
pub async fn logout(
    app: web::Data<App>,
    caller: Caller,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    app.blocking(move |app| sessions::logout(app, &caller))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    /// User id.
    id: String,
    /// Address.
    email: String,
    /// Name.
    name: String,
    /// Language of mails: `de` or `en`.
    locale: String,
    /// Roles per institution.
    institutions: Vec<MyInstitution>,
}

/// Roles in an institution.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyInstitution {
    /// Name in paths.
    #[schema(example = "offenburg")]
    slug: String,
    /// Name.
    name: String,
    /// Roles.
    roles: Vec<MyRole>,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyRole {
    /// Role.
    role: Role,
    /// Organisational unit that it is limited to.
    org_unit: Option<String>,
}

/// Account and roles of the caller.
#[utoipa::path(tag = "auth", operation_id = "me", security(("bearer" = [])),
    responses((status = 200, description = "Account and roles", body = MeView), ReadProblems))]
#[get("/me")]
pub async fn me(app: web::Data<App>, caller: Caller, _: Query<NoQuery>) -> Result<HttpResponse> {
    let me = app.blocking(move |app| sessions::me(app, &caller)).await?;
    let role = |(role, org_unit)| MyRole { role, org_unit };
    let institutions = me
        .institutions
        .into_iter()
        .map(|(slug, name, roles)| MyInstitution {
            slug,
            name,
            roles: roles.into_iter().map(role).collect(),
        });
    answer::resource(&MeView {
        id: me.user.id,
        email: me.user.email,
        name: me.user.display_name,
        locale: me.user.locale,
        institutions: institutions.collect(),
    })
}
