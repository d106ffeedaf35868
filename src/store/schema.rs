//! The tables as diesel sees them, the same for both engines; a test holds them equal to the migrations.
#![expect(missing_docs, reason = "the migrations say what the columns are")]

diesel::table! {
    institutions (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        kind -> Text,
        closure_days -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        display_name -> Text,
        password_hash -> Text,
        locale -> Text,
        active -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    memberships (user_id, institution_id, role) {
        user_id -> Text,
        institution_id -> Text,
        role -> Text,
        org_unit -> Nullable<Text>,
        granted_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> Text,
        issued_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    login_failures (account_hash) {
        account_hash -> Binary,
        failures -> Integer,
        locked_until -> Nullable<Timestamp>,
        last_at -> Timestamp,
    }
}

diesel::table! {
    audit_events (seq) {
        seq -> BigInt,
        at -> Timestamp,
        institution_id -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        action -> Text,
        entity_kind -> Text,
        entity_id -> Text,
        reason -> Nullable<Text>,
        details -> Text,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    catalogues (id) {
        id -> Text,
        key -> Text,
        title -> Text,
        edition -> Text,
        sha256 -> Binary,
        imported_at -> Timestamp,
        model -> Text,
        series -> Text,
    }
}

diesel::table! {
    catalogue_layers (catalogue_id, id) {
        catalogue_id -> Text,
        id -> Text,
        title -> Text,
        position -> Integer,
    }
}

diesel::table! {
    catalogue_modules (catalogue_id, id) {
        catalogue_id -> Text,
        id -> Text,
        layer_id -> Text,
        title -> Text,
        implementation_order -> Text,
        target_type -> Text,
        responsible_role -> Nullable<Text>,
        further_roles -> Text,
        position -> Integer,
    }
}

diesel::table! {
    catalogue_requirements (catalogue_id, id) {
        catalogue_id -> Text,
        id -> Text,
        module_id -> Text,
        title -> Text,
        title_key -> Text,
        level -> Text,
        roles -> Text,
        withdrawn -> Bool,
        position -> Integer,
    }
}

diesel::table! {
    resolutions (id) {
        id -> Text,
        institution_id -> Text,
        key -> Text,
        paper -> Text,
        paper_title -> Text,
        body -> Text,
        decided_on -> Date,
        is_public -> Bool,
        kind -> Text,
        outcome -> Text,
        source -> Text,
    }
}

diesel::table! {
    programmes (id) {
        id -> Text,
        institution_id -> Text,
        key -> Text,
        title -> Text,
        title_public -> Nullable<Text>,
        period -> Text,
        amount_basis -> Text,
        confidentiality -> Text,
        resolution_id -> Nullable<Text>,
        years -> Text,
        double_budgets -> Text,
        imported_at -> Timestamp,
    }
}

diesel::table! {
    budget_groups (id) {
        id -> Text,
        programme_id -> Text,
        key -> Text,
        title -> Text,
        position -> Integer,
    }
}

diesel::table! {
    budget_lines (id) {
        id -> Text,
        programme_id -> Text,
        group_id -> Text,
        key -> Text,
        printed_position -> Text,
        title -> Text,
        kind -> Text,
        early_contract -> Bool,
        note -> Nullable<Text>,
        position -> Integer,
        source -> Text,
    }
}

diesel::table! {
    budget_entries (id) {
        id -> Text,
        line_id -> Text,
        year -> Integer,
        entry_type -> Text,
        cents -> BigInt,
        flag -> Nullable<Text>,
        booked_at -> Timestamp,
        source -> Text,
    }
}

diesel::table! {
    ceilings (id) {
        id -> Text,
        programme_id -> Text,
        from_year -> Integer,
        to_year -> Integer,
        cents -> BigInt,
        hard -> Bool,
        source -> Text,
    }
}

diesel::table! {
    posts (id) {
        id -> Text,
        programme_id -> Text,
        line_id -> Nullable<Text>,
        org_unit -> Text,
        grade -> Nullable<Text>,
        hundredths -> Integer,
        early_hundredths -> Integer,
        kind -> Text,
        starts_on -> Nullable<Date>,
        note -> Nullable<Text>,
        position -> Integer,
        source -> Text,
    }
}

diesel::table! {
    printed_totals (id) {
        id -> Text,
        programme_id -> Text,
        name -> Text,
        group_keys -> Text,
        years -> Text,
        cents -> BigInt,
        position -> Integer,
        source -> Text,
    }
}

diesel::table! {
    measure_counters (institution_id, year) {
        institution_id -> Text,
        year -> Integer,
        last_number -> Integer,
    }
}

diesel::table! {
    measures (id) {
        id -> Text,
        institution_id -> Text,
        reference -> Text,
        reference_seq -> BigInt,
        external_key -> Nullable<Text>,
        programme_id -> Nullable<Text>,
        title -> Text,
        title_public -> Nullable<Text>,
        search_key -> Text,
        description -> Text,
        origin -> Text,
        relevance -> Text,
        owner_id -> Nullable<Text>,
        org_unit -> Nullable<Text>,
        status -> Text,
        status_reason -> Nullable<Text>,
        status_changed_at -> Timestamp,
        priority -> Integer,
        start_planned -> Nullable<Date>,
        due_original -> Nullable<Date>,
        due_current -> Nullable<Date>,
        due_sort -> Date,
        due_precision -> Nullable<Text>,
        due_text -> Nullable<Text>,
        due_assumed -> Bool,
        completed_on -> Nullable<Date>,
        confidentiality -> Text,
        note -> Nullable<Text>,
        source -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    measure_links (measure_id, catalogue_id, target, kind) {
        measure_id -> Text,
        catalogue_id -> Text,
        target -> Text,
        kind -> Text,
        module_id -> Nullable<Text>,
        requirement_id -> Nullable<Text>,
        control_id -> Nullable<Text>,
        position -> Integer,
        migrated_from_catalogue_id -> Nullable<Text>,
        migrated_from -> Nullable<Text>,
        mapping_source_id -> Nullable<Text>,
        confirmed_by -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    measure_lines (measure_id, line_id) {
        measure_id -> Text,
        line_id -> Text,
    }
}

diesel::table! {
    idempotency_keys (user_id, key) {
        user_id -> Text,
        key -> Text,
        request_hash -> Binary,
        answer -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    job_runs (job, institution_id, day) {
        job -> Text,
        institution_id -> Text,
        day -> Date,
        ran_at -> Timestamp,
        planned -> Integer,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        institution_id -> Text,
        occurrence_key -> Text,
        recipient_id -> Text,
        kind -> Text,
        day -> Date,
        payload -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        lease_owner -> Nullable<Text>,
        last_reply -> Nullable<Text>,
        planned_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    catalogue_sources (id) {
        id -> Text,
        catalogue_id -> Nullable<Text>,
        kind -> Text,
        sha256 -> Binary,
        bytes -> Integer,
        counts -> Text,
        warnings -> Text,
        defects -> Text,
        document -> Nullable<Binary>,
        document_uuid -> Nullable<Text>,
        imported_by -> Nullable<Text>,
        imported_at -> Timestamp,
        file_name -> Nullable<Text>,
    }
}

diesel::table! {
    catalogue_threats (catalogue_id, id) {
        catalogue_id -> Text,
        id -> Text,
        title -> Text,
        position -> Integer,
    }
}

diesel::table! {
    catalogue_requirement_threats (catalogue_id, requirement_id, threat_id) {
        catalogue_id -> Text,
        requirement_id -> Text,
        threat_id -> Text,
    }
}

diesel::table! {
    catalogue_requirement_goals (catalogue_id, requirement_id) {
        catalogue_id -> Text,
        requirement_id -> Text,
        confidentiality -> Bool,
        integrity -> Bool,
        availability -> Bool,
    }
}

diesel::table! {
    catalogue_subrequirements (catalogue_id, requirement_id, position) {
        catalogue_id -> Text,
        requirement_id -> Text,
        position -> Integer,
        text -> Text,
    }
}

diesel::table! {
    catalogue_texts (catalogue_id, kind, id, position) {
        catalogue_id -> Text,
        kind -> Text,
        id -> Text,
        position -> Integer,
        heading -> Text,
        text -> Text,
        text_key -> Text,
    }
}

diesel::table! {
    catalogue_groups (catalogue_id, id) {
        catalogue_id -> Text,
        id -> Text,
        parent_id -> Nullable<Text>,
        title -> Text,
        position -> Integer,
    }
}

diesel::table! {
    catalogue_controls (catalogue_id, id) {
        catalogue_id -> Text,
        id -> Text,
        alt_identifier -> Nullable<Text>,
        group_id -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        title -> Text,
        title_key -> Text,
        statement -> Text,
        guidance -> Text,
        text_key -> Text,
        modal_verb -> Nullable<Text>,
        security_level -> Nullable<Text>,
        effort_level -> Nullable<Text>,
        withdrawn -> Bool,
        position -> Integer,
    }
}

diesel::table! {
    catalogue_maps (source_id, position) {
        source_id -> Text,
        position -> Integer,
        relationship -> Text,
        subrequirement -> Text,
        requirement_id -> Text,
        target_id -> Text,
        target_uuid -> Nullable<Text>,
    }
}

diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(memberships -> institutions (institution_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(audit_events -> institutions (institution_id));
diesel::joinable!(catalogue_layers -> catalogues (catalogue_id));
diesel::joinable!(catalogue_sources -> catalogues (catalogue_id));
diesel::joinable!(catalogue_maps -> catalogue_sources (source_id));
diesel::joinable!(resolutions -> institutions (institution_id));
diesel::joinable!(programmes -> institutions (institution_id));
diesel::joinable!(programmes -> resolutions (resolution_id));
diesel::joinable!(budget_groups -> programmes (programme_id));
diesel::joinable!(budget_lines -> programmes (programme_id));
diesel::joinable!(budget_lines -> budget_groups (group_id));
diesel::joinable!(budget_entries -> budget_lines (line_id));
diesel::joinable!(ceilings -> programmes (programme_id));
diesel::joinable!(posts -> programmes (programme_id));
diesel::joinable!(posts -> budget_lines (line_id));
diesel::joinable!(printed_totals -> programmes (programme_id));
diesel::joinable!(measure_counters -> institutions (institution_id));
diesel::joinable!(measures -> institutions (institution_id));
diesel::joinable!(measures -> programmes (programme_id));
diesel::joinable!(measures -> users (owner_id));
diesel::joinable!(measure_links -> measures (measure_id));
diesel::joinable!(measure_lines -> measures (measure_id));
diesel::joinable!(measure_lines -> budget_lines (line_id));
diesel::joinable!(idempotency_keys -> users (user_id));
diesel::joinable!(job_runs -> institutions (institution_id));
diesel::joinable!(outbox -> institutions (institution_id));
diesel::joinable!(outbox -> users (recipient_id));

diesel::allow_tables_to_appear_in_same_query!(
    institutions,
    users,
    memberships,
    sessions,
    refresh_tokens,
    login_failures,
    audit_events,
    catalogues,
    catalogue_layers,
    catalogue_modules,
    catalogue_requirements,
    catalogue_sources,
    catalogue_threats,
    catalogue_requirement_threats,
    catalogue_requirement_goals,
    catalogue_subrequirements,
    catalogue_texts,
    catalogue_groups,
    catalogue_controls,
    catalogue_maps,
    resolutions,
    programmes,
    budget_groups,
    budget_lines,
    budget_entries,
    ceilings,
    posts,
    printed_totals,
    measure_counters,
    measures,
    measure_links,
    measure_lines,
    idempotency_keys,
    job_runs,
    outbox,
);
