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
        land -> Text,
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
        source -> Nullable<Text>,
        version -> Integer,
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
        parent_id -> Nullable<Text>,
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
        sub_budget -> Nullable<Text>,
        profit_centre -> Nullable<Text>,
        account -> Nullable<Text>,
        investment_order -> Nullable<Text>,
        cover_group -> Nullable<Text>,
        cover_note -> Nullable<Text>,
        transferable -> Bool,
        allocations_version -> Integer,
    }
}

diesel::table! {
    budget_entries (id) {
        id -> Text,
        programme_id -> Text,
        line_id -> Nullable<Text>,
        year -> Integer,
        entry_type -> Text,
        state -> Text,
        cents -> BigInt,
        pay_year -> Nullable<Integer>,
        booked_on -> Date,
        booked_at -> Timestamp,
        booked_by -> Nullable<Text>,
        resolution_id -> Nullable<Text>,
        pair_id -> Nullable<Text>,
        reverses -> Nullable<Text>,
        completes -> Nullable<Text>,
        cover -> Nullable<Text>,
        reason -> Nullable<Text>,
        flag -> Nullable<Text>,
        source -> Nullable<Text>,
        interim_reason -> Nullable<Text>,
    }
}

diesel::table! {
    finance_imports (id) {
        id -> Text,
        institution_id -> Text,
        source_system -> Text,
        sha256 -> Text,
        row_count -> Integer,
        actual_cents -> BigInt,
        commitment_cents -> BigInt,
        control_cents -> Nullable<BigInt>,
        imported_at -> Timestamp,
        imported_by -> Nullable<Text>,
    }
}

diesel::table! {
    finance_postings (id) {
        id -> Text,
        institution_id -> Text,
        import_id -> Text,
        source_system -> Text,
        posting_id -> Text,
        row_number -> Integer,
        kind -> Text,
        posted_on -> Date,
        month -> Integer,
        year -> Integer,
        account -> Nullable<Text>,
        cents -> BigInt,
        text -> Text,
        line_id -> Nullable<Text>,
        entry_id -> Nullable<Text>,
        matched_by -> Nullable<Text>,
    }
}

diesel::table! {
    posting_rules (id) {
        id -> Text,
        institution_id -> Text,
        kind -> Text,
        pattern -> Text,
        line_id -> Text,
        created_at -> Timestamp,
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
        group_id -> Nullable<Text>,
        counts_carry_overs -> Bool,
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
        status -> Text,
        filled_hundredths -> Integer,
        starts_on -> Nullable<Date>,
        early_starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        staffing_plan_year -> Nullable<Integer>,
        cost_year_cents -> Nullable<BigInt>,
        resolution_id -> Nullable<Text>,
        note -> Nullable<Text>,
        position -> Integer,
        source -> Nullable<Text>,
        version -> Integer,
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
        precision -> Text,
        programme_keys -> Text,
        parts -> Text,
    }
}

diesel::table! {
    printed_post_totals (id) {
        id -> Text,
        programme_id -> Text,
        name -> Text,
        programme_keys -> Text,
        early -> Bool,
        hundredths -> BigInt,
        position -> Integer,
        source -> Text,
    }
}

diesel::table! {
    programme_conditions (id) {
        id -> Text,
        programme_id -> Text,
        text -> Text,
        position -> Integer,
        source -> Text,
    }
}

diesel::table! {
    programme_duties (id) {
        id -> Text,
        programme_id -> Text,
        key -> Text,
        text -> Text,
        due_on -> Nullable<Date>,
        due_precision -> Nullable<Text>,
        recurrence -> Text,
        until_on -> Nullable<Date>,
        needs_decision -> Bool,
        position -> Integer,
        source -> Text,
    }
}

diesel::table! {
    budget_periods (id) {
        id -> Text,
        institution_id -> Text,
        first_year -> Integer,
        last_year -> Integer,
        state -> Text,
        note -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    budget_period_years (institution_id, year) {
        institution_id -> Text,
        year -> Integer,
        period_id -> Text,
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
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        deputy_id -> Nullable<Text>,
        verifier_id -> Nullable<Text>,
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
    line_allocations (line_id, measure_id, year) {
        line_id -> Text,
        measure_id -> Text,
        year -> Integer,
        share_bp -> Nullable<BigInt>,
        cents -> Nullable<BigInt>,
    }
}

diesel::table! {
    measure_details (measure_id) {
        measure_id -> Text,
        initiator_id -> Nullable<Text>,
        initiator_role -> Nullable<Text>,
        once_material_cents -> Nullable<BigInt>,
        once_staff_tenth_days -> Nullable<Integer>,
        yearly_material_cents -> Nullable<BigInt>,
        yearly_staff_tenth_days -> Nullable<Integer>,
        estimate_quality -> Nullable<Text>,
        no_budget_reason -> Nullable<Text>,
        no_module_reason -> Nullable<Text>,
        progress_percent -> Integer,
        residual_risk -> Nullable<Text>,
        blocked_by -> Nullable<Text>,
        blocked_until -> Nullable<Date>,
        implementation_description -> Nullable<Text>,
        reported_by -> Nullable<Text>,
        verified_on -> Nullable<Date>,
        verified_by -> Nullable<Text>,
        verification_method -> Nullable<Text>,
        verification_result -> Nullable<Text>,
        review_on -> Nullable<Date>,
        approved_on -> Nullable<Date>,
        approved_by -> Nullable<Text>,
        due_fixed_by -> Nullable<Text>,
        needs_split -> Bool,
        sources -> Text,
        accompanying -> Text,
        milestones -> Text,
        note -> Nullable<Text>,
        bound_since -> Nullable<Date>,
        last_progress_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    measure_places (measure_id) {
        measure_id -> Text,
        place -> Text,
        number -> Integer,
        reason -> Text,
    }
}

diesel::table! {
    measure_dependencies (measure_id, requires_id) {
        measure_id -> Text,
        requires_id -> Text,
    }
}

diesel::table! {
    target_objects (id) {
        id -> Text,
        institution_id -> Text,
        key -> Text,
        name -> Text,
        kind -> Text,
        need_confidentiality -> Text,
        need_integrity -> Text,
        need_availability -> Text,
        number -> Integer,
        note -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    measure_target_objects (measure_id, target_object_id) {
        measure_id -> Text,
        target_object_id -> Text,
    }
}

diesel::table! {
    measure_evidence (id) {
        id -> Text,
        measure_id -> Text,
        kind -> Text,
        title -> Text,
        location -> Nullable<Text>,
        sha256 -> Nullable<Binary>,
        dated_on -> Date,
        valid_until -> Nullable<Date>,
        confidentiality -> Text,
        added_by -> Nullable<Text>,
        added_at -> Timestamp,
        withdrawn_by -> Nullable<Text>,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawn_reason -> Nullable<Text>,
    }
}

diesel::table! {
    measure_comments (id) {
        id -> Text,
        measure_id -> Text,
        author_id -> Nullable<Text>,
        text -> Text,
        written_at -> Timestamp,
    }
}

diesel::table! {
    postponements (id) {
        id -> Text,
        measure_id -> Text,
        from_day -> Date,
        to_day -> Date,
        to_precision -> Text,
        cause -> Text,
        reason -> Text,
        tier -> Text,
        requested_by -> Text,
        requested_at -> Timestamp,
        state -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decision_reason -> Nullable<Text>,
        days_overdue -> Nullable<Integer>,
    }
}

diesel::table! {
    measure_successions (predecessor_id, successor_id) {
        predecessor_id -> Text,
        successor_id -> Text,
        kind -> Text,
        reason -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    saved_filters (id) {
        id -> Text,
        user_id -> Text,
        institution_id -> Text,
        name -> Text,
        name_key -> Text,
        query -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
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
        channel -> Text,
        recipient_id -> Nullable<Text>,
        endpoint_id -> Nullable<Text>,
        kind -> Text,
        day -> Date,
        payload -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        lease_owner -> Nullable<Text>,
        last_reply -> Nullable<Text>,
        handed_over -> Bool,
        refused -> Bool,
        planned_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        reported_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    reminder_occurrences (occurrence_key) {
        occurrence_key -> Text,
        institution_id -> Text,
        deadline_id -> Text,
        due_on -> Date,
        code -> Text,
        recipient_id -> Text,
        day -> Date,
        outbox_id -> Nullable<Text>,
    }
}

diesel::table! {
    alarm_occurrences (occurrence_key) {
        occurrence_key -> Text,
        institution_id -> Text,
        recipient_id -> Text,
        day -> Date,
        outbox_id -> Text,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> Text,
        institution_id -> Text,
        url -> Text,
        description -> Text,
        events -> Text,
        secret -> Text,
        previous_secret -> Nullable<Text>,
        previous_valid_until -> Nullable<Timestamp>,
        active -> Bool,
        failing_since -> Nullable<Timestamp>,
        switched_off_at -> Nullable<Timestamp>,
        switched_off_why -> Nullable<Text>,
        reported_at -> Nullable<Timestamp>,
        version -> Integer,
        created_by -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
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

diesel::table! {
    requirement_checks (id) {
        id -> Text,
        institution_id -> Text,
        target_object_id -> Nullable<Text>,
        target_key -> Text,
        catalogue_id -> Text,
        requirement_id -> Text,
        status -> Text,
        description -> Nullable<Text>,
        missing -> Nullable<Text>,
        reason -> Nullable<Text>,
        evidence -> Text,
        dispensable_kind -> Nullable<Text>,
        substitute_measure_id -> Nullable<Text>,
        threats -> Text,
        risk_review -> Nullable<Text>,
        risk_review_until -> Nullable<Date>,
        assessor_id -> Nullable<Text>,
        interviewee -> Nullable<Text>,
        checked_on -> Nullable<Date>,
        approved_by -> Nullable<Text>,
        approved_at -> Nullable<Timestamp>,
        second_approved_by -> Nullable<Text>,
        second_approved_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    set_deadlines (id) {
        id -> Text,
        institution_id -> Text,
        year -> Integer,
        number -> Integer,
        reference -> Text,
        kind -> Text,
        title -> Text,
        title_public -> Nullable<Text>,
        confidentiality -> Text,
        first_on -> Date,
        rhythm -> Text,
        until_on -> Nullable<Date>,
        scheduled_on -> Date,
        shift_to_next_workday -> Bool,
        due_on -> Date,
        due_original -> Date,
        sitting_on -> Nullable<Date>,
        owner_id -> Nullable<Text>,
        deputy_id -> Nullable<Text>,
        role -> Nullable<Text>,
        org_unit -> Nullable<Text>,
        programme_id -> Nullable<Text>,
        note -> Nullable<Text>,
        state -> Text,
        bound_since -> Date,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    deadline_completions (id) {
        id -> Text,
        institution_id -> Text,
        set_deadline_id -> Nullable<Text>,
        duty_id -> Nullable<Text>,
        due_on -> Date,
        completed_on -> Date,
        note -> Nullable<Text>,
        completed_by -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    deadline_pauses (id) {
        id -> Text,
        institution_id -> Text,
        deadline_id -> Text,
        due_on -> Date,
        from_day -> Date,
        until_day -> Date,
        reason -> Text,
        paused_by -> Nullable<Text>,
        paused_at -> Timestamp,
        lifted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    absences (id) {
        id -> Text,
        institution_id -> Text,
        user_id -> Text,
        deputy_id -> Text,
        from_day -> Date,
        until_day -> Date,
        entered_by -> Text,
        entered_at -> Timestamp,
    }
}

diesel::table! {
    calendar_feeds (id) {
        id -> Text,
        user_id -> Text,
        institution_id -> Text,
        secret_hash -> Binary,
        created_at -> Timestamp,
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
diesel::joinable!(budget_entries -> programmes (programme_id));
diesel::joinable!(budget_entries -> budget_lines (line_id));
diesel::joinable!(budget_entries -> users (booked_by));
diesel::joinable!(budget_entries -> resolutions (resolution_id));
diesel::joinable!(finance_imports -> institutions (institution_id));
diesel::joinable!(finance_imports -> users (imported_by));
diesel::joinable!(finance_postings -> finance_imports (import_id));
diesel::joinable!(finance_postings -> budget_lines (line_id));
diesel::joinable!(finance_postings -> budget_entries (entry_id));
diesel::joinable!(posting_rules -> budget_lines (line_id));
diesel::joinable!(ceilings -> programmes (programme_id));
diesel::joinable!(ceilings -> budget_groups (group_id));
diesel::joinable!(posts -> programmes (programme_id));
diesel::joinable!(posts -> budget_lines (line_id));
diesel::joinable!(posts -> resolutions (resolution_id));
diesel::joinable!(printed_totals -> programmes (programme_id));
diesel::joinable!(printed_post_totals -> programmes (programme_id));
diesel::joinable!(programme_conditions -> programmes (programme_id));
diesel::joinable!(programme_duties -> programmes (programme_id));
diesel::joinable!(budget_periods -> institutions (institution_id));
diesel::joinable!(budget_period_years -> budget_periods (period_id));
diesel::joinable!(measure_counters -> institutions (institution_id));
diesel::joinable!(measures -> institutions (institution_id));
diesel::joinable!(measures -> programmes (programme_id));
diesel::joinable!(measures -> users (owner_id));
diesel::joinable!(measure_links -> measures (measure_id));
diesel::joinable!(measure_lines -> measures (measure_id));
diesel::joinable!(measure_lines -> budget_lines (line_id));
diesel::joinable!(line_allocations -> budget_lines (line_id));
diesel::joinable!(line_allocations -> measures (measure_id));
diesel::joinable!(measure_details -> measures (measure_id));
diesel::joinable!(measure_places -> measures (measure_id));
diesel::joinable!(measure_target_objects -> measures (measure_id));
diesel::joinable!(measure_target_objects -> target_objects (target_object_id));
diesel::joinable!(target_objects -> institutions (institution_id));
diesel::joinable!(measure_evidence -> measures (measure_id));
diesel::joinable!(measure_comments -> measures (measure_id));
diesel::joinable!(measure_comments -> users (author_id));
diesel::joinable!(postponements -> measures (measure_id));
diesel::joinable!(requirement_checks -> catalogues (catalogue_id));
diesel::joinable!(requirement_checks -> target_objects (target_object_id));
diesel::joinable!(saved_filters -> users (user_id));
diesel::joinable!(idempotency_keys -> users (user_id));
diesel::joinable!(job_runs -> institutions (institution_id));
diesel::joinable!(outbox -> institutions (institution_id));
diesel::joinable!(outbox -> users (recipient_id));
diesel::joinable!(outbox -> webhook_endpoints (endpoint_id));
diesel::joinable!(reminder_occurrences -> outbox (outbox_id));
diesel::joinable!(reminder_occurrences -> users (recipient_id));
diesel::joinable!(webhook_endpoints -> institutions (institution_id));
diesel::joinable!(set_deadlines -> programmes (programme_id));
diesel::joinable!(deadline_completions -> users (completed_by));
diesel::joinable!(calendar_feeds -> users (user_id));
diesel::joinable!(calendar_feeds -> institutions (institution_id));

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
    finance_imports,
    finance_postings,
    posting_rules,
    ceilings,
    posts,
    printed_totals,
    printed_post_totals,
    programme_conditions,
    programme_duties,
    budget_periods,
    budget_period_years,
    measure_counters,
    measures,
    measure_links,
    measure_lines,
    line_allocations,
    measure_details,
    measure_places,
    measure_dependencies,
    target_objects,
    measure_target_objects,
    measure_evidence,
    measure_comments,
    postponements,
    requirement_checks,
    measure_successions,
    saved_filters,
    idempotency_keys,
    job_runs,
    outbox,
    reminder_occurrences,
    alarm_occurrences,
    webhook_endpoints,
    set_deadlines,
    deadline_completions,
    deadline_pauses,
    absences,
    calendar_feeds,
);

// What sums are grouped by across tables.
diesel::allow_columns_to_appear_in_same_group_by_clause!(
    budget_lines::group_id,
    budget_entries::year
);
diesel::allow_columns_to_appear_in_same_group_by_clause!(
    budget_lines::group_id,
    budget_entries::entry_type
);
diesel::allow_columns_to_appear_in_same_group_by_clause!(budget_lines::key, budget_entries::year);
diesel::allow_columns_to_appear_in_same_group_by_clause!(
    budget_lines::key,
    budget_entries::entry_type
);
diesel::allow_columns_to_appear_in_same_group_by_clause!(
    budget_lines::key,
    budget_entries::line_id
);
